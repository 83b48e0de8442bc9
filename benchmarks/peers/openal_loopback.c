/* Looping stereo sources in OpenAL-soft's loopback device.
   stems COUNT BLOCK SECONDS RMS; with COUNT below zero: that many filtered sources that send to a reverb. */
#define AL_ALEXT_PROTOTYPES
#include <AL/al.h>
#include <AL/alc.h>
#include <AL/alext.h>
#include <AL/efx.h>
#include <string.h>
#include "stems.h"

static LPALCLOOPBACKOPENDEVICESOFT open_loopback;
static LPALCRENDERSAMPLESSOFT render;

static ALCcontext* open_context(int sources)
{
    open_loopback = (LPALCLOOPBACKOPENDEVICESOFT)alcGetProcAddress(NULL, "alcLoopbackOpenDeviceSOFT");
    render = (LPALCRENDERSAMPLESSOFT)alcGetProcAddress(NULL, "alcRenderSamplesSOFT");
    if (!open_loopback || !render) return NULL;
    ALCint wanted[] = { ALC_FORMAT_CHANNELS_SOFT, ALC_STEREO_SOFT, ALC_FORMAT_TYPE_SOFT, ALC_FLOAT_SOFT,
        ALC_FREQUENCY, RATE, ALC_STEREO_SOURCES, sources + 1, ALC_MAX_AUXILIARY_SENDS, 1,
        ALC_OUTPUT_LIMITER_SOFT, ALC_TRUE, 0 };
    ALCdevice* device = open_loopback(NULL);
    ALCcontext* context = device ? alcCreateContext(device, wanted) : NULL;
    if (context) alcMakeContextCurrent(context);
    return context;
}

static void through_effects(const ALuint* sources, int count)
{
    ALuint room, slot, low_pass;
    alGenEffects(1, &room);
    alEffecti(room, AL_EFFECT_TYPE, AL_EFFECT_REVERB);
    alEffectf(room, AL_REVERB_DECAY_TIME, 2.4f);
    alGenAuxiliaryEffectSlots(1, &slot);
    alAuxiliaryEffectSloti(slot, AL_EFFECTSLOT_EFFECT, (ALint)room);
    alAuxiliaryEffectSlotf(slot, AL_EFFECTSLOT_GAIN, 0.5f);
    alGenFilters(1, &low_pass);
    alFilteri(low_pass, AL_FILTER_TYPE, AL_FILTER_LOWPASS);
    alFilterf(low_pass, AL_LOWPASS_GAINHF, 0.1f);
    for (int i = 0; i < count; i++) {
        alSourcei(sources[i], AL_DIRECT_FILTER, (ALint)low_pass);
        alSource3i(sources[i], AL_AUXILIARY_SEND_FILTER, (ALint)slot, 0, (ALint)low_pass);
    }
}

int main(int count_of_words, char** words)
{
    struct stems work = read_words(count_of_words, words);
    int has_effects = work.count < 0;
    work.count = abs(work.count);
    ALCcontext* context = open_context(work.count);
    if (!context) return 1;
    ALuint* sources = calloc((size_t)work.count, sizeof *sources);
    alGenSources(work.count, sources);
    for (int i = 0; i < work.count; i++) {
        ALuint buffer;
        float* audio = make_stem(i, work.rms);
        alGenBuffers(1, &buffer);
        alBufferData(buffer, AL_FORMAT_STEREO_FLOAT32, audio, sizeof(float) * 2 * STEM_FRAMES, RATE);
        free(audio);
        alSourcei(sources[i], AL_BUFFER, (ALint)buffer);
        alSourcei(sources[i], AL_LOOPING, AL_TRUE);
        alSourcei(sources[i], AL_SAMPLE_OFFSET, i * STRIDE % STEM_FRAMES);
    }
    if (has_effects) through_effects(sources, work.count);
    alSourcePlayv(work.count, sources);
    if (alGetError() != AL_NO_ERROR) return 1;
    ALCdevice* device = alcGetContextsDevice(context);
    float* out = calloc((size_t)work.block * 2, sizeof *out);
    float* from = calloc((size_t)work.count, sizeof *from);
    float* to = calloc((size_t)work.count, sizeof *to);
    double squares = 0.0, began = 0.0;
    long due = 0, steps = 0, frames = (long)(work.seconds * RATE);
    for (long at = 0; at < frames + WARM_FRAMES; at += work.block) {
        if (at >= WARM_FRAMES && began == 0.0) began = cpu_now();
        if (!has_effects && at >= due) { /* gains are set every 10 ms; the first five of ten steps make the ramp */
            due += RETARGET_FRAMES / 10;
            int step = (int)(steps++ % 10);
            for (int i = 0; i < work.count; i++) {
                if (step == 0) { from[i] = to[i]; to[i] = next_gain(); }
                if (step < 5) alSourcef(sources[i], AL_GAIN, from[i] + (to[i] - from[i]) * (float)(step + 1) / 5.0f);
            }
        }
        render(device, out, (ALCsizei)work.block);
    }
    double used = cpu_now() - began;
    for (long i = 0; i < work.block * 2; i++) squares += out[i] * out[i];
    return tell(used / work.seconds, squares / (double)(work.block * 2));
}
