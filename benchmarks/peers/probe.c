/* A JACK client that measures the time from a packet to the first changed sample of another client.

   probe SECONDS PORT HIGH LOW     HIGH, LOW: the packets in hexadecimal digits

   The absolute value of the other client's output is constant, except for the changes.  The probe sends the
   packets alternately, at irregular times, and prints JSON: latencies in microseconds, the number of cycles
   that were due and that ran, and the number of silent blocks. */
#include <arpa/inet.h>
#include <jack/jack.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_EVENTS = 4000, MOST_BYTES = 256 };

static jack_client_t* client;
static jack_port_t* port;
static _Atomic float level;            /* mean absolute value of the last block */
static _Atomic float base;             /* the level before the change; negative: no change is awaited */
static _Atomic jack_time_t heard;
static atomic_long cycles, silent;

static int process(jack_nframes_t frames, void* nothing)
{
    (void)nothing;
    const float* in = jack_port_get_buffer(port, frames);
    jack_time_t now = jack_get_time();
    float from = atomic_load(&base), sum = 0.0f;
    for (jack_nframes_t i = 0; i < frames; i++) {
        float size = fabsf(in[i]);
        sum += size;
        if (from >= 0.0f && fabsf(size - from) > 0.02f * from && size > 0.1f * from) {
            atomic_store(&heard, now + (jack_time_t)(i * 1000000ull / jack_get_sample_rate(client)));
            atomic_store(&base, -1.0f);
            from = -1.0f;
        }
    }
    atomic_store(&level, sum / (float)frames);
    atomic_fetch_add(&cycles, 1);
    if (sum / (float)frames < 1e-3f) atomic_fetch_add(&silent, 1);
    return 0;
}

static size_t read_packet(const char* digits, unsigned char* bytes)
{
    size_t count = strlen(digits) / 2;
    if (count > MOST_BYTES) exit(2);
    for (size_t i = 0; i < count; i++) {
        unsigned value;
        sscanf(digits + 2 * i, "%2x", &value);
        bytes[i] = (unsigned char)value;
    }
    return count;
}

static int listen_to_the_other(void)
{
    for (int tries = 0; tries < 100; tries++, usleep(50000)) {
        const char** ports = jack_get_ports(client, NULL, JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput);
        int is_found = 0;
        for (int i = 0; ports && ports[i] && !is_found; i++)
            if (strncmp(ports[i], "system:", 7) && strncmp(ports[i], "probe:", 6))
                is_found = jack_connect(client, ports[i], jack_port_name(port)) == 0;
        jack_free(ports);
        if (is_found) return 1;
    }
    return 0;
}

static jack_time_t wait_for_change(jack_time_t until)
{
    while (jack_get_time() < until) {
        jack_time_t at = atomic_load(&heard);
        if (at) return at;
        usleep(300);
    }
    return 0;
}

int main(int count, char** words)
{
    if (count != 5) return 2;
    unsigned char packets[2][MOST_BYTES];
    size_t sizes[2] = { read_packet(words[3], packets[0]), read_packet(words[4], packets[1]) };
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(words[2])) };
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int out = socket(AF_INET, SOCK_DGRAM, 0);
    client = jack_client_open("probe", JackNoStartServer, NULL);
    if (!client || out < 0) return 1;
    port = jack_port_register(client, "in", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
    atomic_store(&base, -1.0f);
    jack_set_process_callback(client, process, NULL);
    if (jack_activate(client) || !listen_to_the_other()) return 1;
    usleep(300000);
    static double latencies[MOST_EVENTS];
    int events = 0, lost = 0, which = 0;
    srand(1);
    double period_us = 1e6 * jack_get_buffer_size(client) / jack_get_sample_rate(client);
    long cycles_before = atomic_load(&cycles), silent_before = atomic_load(&silent);
    jack_time_t began = jack_get_time(), end = began + (jack_time_t)(atof(words[1]) * 1e6);
    while (jack_get_time() < end && events < MOST_EVENTS) {
        atomic_store(&heard, 0);
        atomic_store(&base, atomic_load(&level));
        jack_time_t sent = jack_get_time();
        sendto(out, packets[which], sizes[which], 0, (struct sockaddr*)&to, sizeof to);
        jack_time_t at = wait_for_change(sent + 1000000);
        if (at) latencies[events++] = (double)at - (double)sent;
        else lost++;
        atomic_store(&base, -1.0f);
        which = !which;
        usleep(15000 + (useconds_t)(rand() % 10000));
    }
    jack_time_t passed = jack_get_time() - began;
    printf("{\"due\": %.0f, \"ran\": %ld, \"silent\": %ld, \"lost\": %d, \"us\": [",
           (double)passed / period_us, atomic_load(&cycles) - cycles_before,
           atomic_load(&silent) - silent_before, lost);
    for (int i = 0; i < events; i++) printf("%s%.0f", i ? ", " : "", latencies[i]);
    printf("]}\n");
    jack_client_close(client);
    return 0;
}
