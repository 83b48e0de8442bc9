/* A JACK client that measures the time from a MIDI note to the first sample that another client plays of it.

   note_probe SECONDS KEY

   It waits until a MIDI input of another client and an audio output of one are there, connects them, and then
   sends a note and, 60 ms later, its end, at irregular times.  Between notes the output has to be silent.
   It prints JSON: microseconds from the place of the note in its cycle to the first sample that is not
   silent, both on JACK's clock, and the cycles that were due and that ran. */
#include <jack/jack.h>
#include <jack/midiport.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_EVENTS = 4000 };
static const float SILENCE = 1e-7f;

static jack_client_t* client;
static jack_port_t *in, *out;
static unsigned char key;
static atomic_int wanted;          /* 1: send the note, 2: end it */
static _Atomic jack_time_t sent, heard;
static atomic_int is_awaited;
static atomic_long cycles, loud;
static unsigned chance = 1;

static int process(jack_nframes_t frames, void* nothing)
{
    (void)nothing;
    jack_time_t now = jack_get_time();
    jack_nframes_t rate = jack_get_sample_rate(client);
    const float* samples = jack_port_get_buffer(in, frames);
    void* events = jack_port_get_buffer(out, frames);
    jack_midi_clear_buffer(events);
    int is_loud = 0;
    for (jack_nframes_t i = 0; i < frames; i++) {
        if (fabsf(samples[i]) <= SILENCE) continue;
        is_loud = 1;
        if (atomic_load(&is_awaited)) {
            atomic_store(&heard, now + (jack_time_t)(i * 1000000ull / rate));
            atomic_store(&is_awaited, 0);
        }
    }
    if (is_loud) atomic_fetch_add(&loud, 1);
    else atomic_store(&loud, 0);
    int what = atomic_exchange(&wanted, 0);
    if (what) {
        chance = chance * 1664525u + 1013904223u;
        jack_nframes_t at = (chance >> 16) % frames;
        unsigned char note[3] = { what == 1 ? 0x90 : 0x80, key, what == 1 ? 100 : 0 };
        jack_midi_event_write(events, at, note, sizeof note);
        if (what == 1) {
            atomic_store(&sent, now + (jack_time_t)(at * 1000000ull / rate));
            atomic_store(&is_awaited, 1);
        }
    }
    atomic_fetch_add(&cycles, 1);
    return 0;
}

/* Connects the first audio output of another client; returns whether it is. */
static int listen_to_engine(void)
{
    const char** ports = jack_get_ports(client, NULL, JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput);
    int is_found = 0;
    for (int i = 0; ports && ports[i] && !is_found; i++) {
        if (!strncmp(ports[i], "system:", 7) || !strncmp(ports[i], "note_probe:", 11)) continue;
        is_found = jack_connect(client, ports[i], jack_port_name(in)) == 0 || jack_port_connected_to(in, ports[i]);
    }
    jack_free(ports);
    return is_found;
}

int main(int count, char** words)
{
    if (count != 3) return 2;
    key = (unsigned char)atoi(words[2]);
    client = jack_client_open("note_probe", JackNoStartServer, NULL);
    if (!client) return 1;
    in = jack_port_register(client, "in", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
    out = jack_port_register(client, "out", JACK_DEFAULT_MIDI_TYPE, JackPortIsOutput, 0);
    jack_set_process_callback(client, process, NULL);
    if (jack_activate(client)) return 1;
    int is_audio = 0, is_midi = 0;
    for (int tries = 0; tries < 200 && !(is_audio && is_midi); tries++, usleep(50000)) {
        if (!is_audio) is_audio = listen_to_engine();
        /* the engine opens the port of this program by itself */
        if (!is_midi) is_midi = jack_port_connected(out) > 0;
    }
    if (!is_audio || !is_midi) return 1;
    usleep(500000);
    static double latencies[MOST_EVENTS];
    int events = 0, lost = 0;
    srand(1);
    double period_us = 1e6 * jack_get_buffer_size(client) / jack_get_sample_rate(client);
    long before = atomic_load(&cycles);
    jack_time_t began = jack_get_time(), end = began + (jack_time_t)(atof(words[1]) * 1e6);
    while (jack_get_time() < end && events < MOST_EVENTS) {
        atomic_store(&heard, 0);
        atomic_store(&wanted, 1);
        jack_time_t until = jack_get_time() + 1000000;
        while (!atomic_load(&heard) && jack_get_time() < until) usleep(300);
        jack_time_t at = atomic_load(&heard);
        if (at) latencies[events++] = (double)at - (double)atomic_load(&sent);
        else lost++;
        atomic_store(&is_awaited, 0);
        usleep(10000);
        atomic_store(&wanted, 2);
        until = jack_get_time() + 2000000;
        do usleep(2000); while (atomic_load(&loud) && jack_get_time() < until);
        usleep(3000 + (useconds_t)(rand() % 10000));
    }
    jack_time_t passed = jack_get_time() - began;
    printf("{\"due\": %.0f, \"ran\": %ld, \"lost\": %d, \"us\": [", (double)passed / period_us,
           atomic_load(&cycles) - before, lost);
    for (int i = 0; i < events; i++) printf("%s%.0f", i ? ", " : "", latencies[i]);
    printf("]}\n");
    jack_client_close(client);
    return 0;
}
