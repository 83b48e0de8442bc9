/* Looping stereo stems in miniaudio's engine, without a device: stems COUNT BLOCK SECONDS RMS */
#define MINIAUDIO_IMPLEMENTATION
#define MA_NO_DEVICE_IO
#define MA_NO_ENCODING
#define MA_NO_DECODING
#include "miniaudio.h"
#include "stems.h"

int main(int count_of_words, char** words)
{
    struct stems work = read_words(count_of_words, words);
    ma_engine_config settings = ma_engine_config_init();
    settings.noDevice = MA_TRUE;
    settings.channels = 2;
    settings.sampleRate = RATE;
    settings.periodSizeInFrames = (ma_uint32)work.block;
    ma_engine engine;
    if (ma_engine_init(&settings, &engine) != MA_SUCCESS) return 1;
    ma_audio_buffer* buffers = calloc((size_t)work.count, sizeof *buffers);
    ma_sound* sounds = calloc((size_t)work.count, sizeof *sounds);
    for (int i = 0; i < work.count; i++) {
        float* audio = make_stem(i, work.rms);
        ma_audio_buffer_config what = ma_audio_buffer_config_init(ma_format_f32, 2, STEM_FRAMES, audio, NULL);
        what.sampleRate = RATE;
        if (ma_audio_buffer_init(&what, &buffers[i]) != MA_SUCCESS) return 1;
        ma_uint32 flags = MA_SOUND_FLAG_NO_SPATIALIZATION | MA_SOUND_FLAG_NO_PITCH;
        if (ma_sound_init_from_data_source(&engine, &buffers[i], flags, NULL, &sounds[i]) != MA_SUCCESS) return 1;
        ma_sound_set_looping(&sounds[i], MA_TRUE);
        ma_sound_seek_to_pcm_frame(&sounds[i], (ma_uint64)(i * STRIDE % STEM_FRAMES));
        ma_sound_start(&sounds[i]);
    }
    float* out = calloc((size_t)work.block * 2, sizeof *out);
    double squares = 0.0, used = 0.0, began = 0.0;
    long due = 0, frames = (long)(work.seconds * RATE);
    for (long at = 0; at < frames + WARM_FRAMES; at += work.block) {
        if (at >= WARM_FRAMES && began == 0.0) began = cpu_now();
        if (at >= due) {
            due += RETARGET_FRAMES;
            for (int i = 0; i < work.count; i++)
                ma_sound_set_fade_in_milliseconds(&sounds[i], -1.0f, next_gain(), 50);
        }
        ma_engine_read_pcm_frames(&engine, out, (ma_uint64)work.block, NULL);
    }
    used = cpu_now() - began;
    for (long i = 0; i < work.block * 2; i++) squares += out[i] * out[i];
    return tell(used / work.seconds, squares / (double)(work.block * 2));
}
