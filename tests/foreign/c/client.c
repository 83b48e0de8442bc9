/* A game in C, written from docs/protocol.md alone: JSON lines over TCP, with nothing but the C library.
 *
 *   cc client.c -o client && ./client 9001 NAME VALUE
 *
 * NAME is a parameter, an event and a value of the state group `caller`.  It sets the parameter in thirty frames,
 * fires the event and waits for its last receipt, sets the state, hears a beat, and saves the music.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char line[1 << 20];
static FILE *from_engine, *to_engine;

static void say(const char *text) {
    printf("> %s\n", text);
    fprintf(to_engine, "%s\n", text);
    fflush(to_engine);
}

static const char *hear(void) {
    if (!fgets(line, sizeof line, from_engine)) {
        fprintf(stderr, "the engine has closed the connection\n");
        exit(1);
    }
    printf("< %.300s%s", line, strlen(line) > 300 ? "…\n" : "");
    return line;
}

static const char *past_text(const char *at) {  /* from an opening quote to behind the closing one */
    for (at++; *at && *at != '"'; at++)
        if (*at == '\\' && at[1]) at++;
    return *at ? at + 1 : at;
}

/* The value of a key of an object, without going into what the object holds; NULL: it has no such key. */
static const char *value_of(const char *object, const char *key) {
    int depth = 0;
    size_t length = strlen(key);
    for (const char *at = object; *at; ) {
        if (*at == '"') {
            const char *end = past_text(at), *after = end + strspn(end, " \t");
            if (depth == 1 && *after == ':' && (size_t)(end - at) == length + 2 && !strncmp(at + 1, key, length))
                return after + 1 + strspn(after + 1, " \t");
            at = end;
        } else {
            depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
            at++;
        }
    }
    return NULL;
}

static int is_text(const char *value, const char *text) {
    size_t length = strlen(text);
    return value && *value == '"' && !strncmp(value + 1, text, length) && value[length + 1] == '"';
}

static int is_last(const char *status) {
    return is_text(status, "finished") || is_text(status, "merged") || is_text(status, "superseded")
        || is_text(status, "dropped") || is_text(status, "failed");
}

int main(int count, char **words) {
    if (count != 4) return 2;
    const char *name = words[2];
    double value = atof(words[3]);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(words[1]))};
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection, (struct sockaddr *)&to, sizeof to)) return 1;
    from_engine = fdopen(connection, "r");
    to_engine = fdopen(dup(connection), "w");

    const char *hello = value_of(hear(), "hello");
    if (!hello || atoi(value_of(hello, "protocol")) != 1 || !value_of(value_of(hello, "parameters"), name)) return 1;
    double rate = atof(value_of(hello, "sample_rate"));

    char text[512];
    for (int frame = 1; frame <= 30; frame++) {
        snprintf(text, sizeof text, "{\"parameter\": \"%s\", \"value\": %.6f}", name, value * frame / 30.0);
        say(text);
        nanosleep(&(struct timespec){0, 1000000000 / 60}, NULL);
    }
    snprintf(text, sizeof text, "[{\"event\": \"%s\", \"id\": \"e\"}, {\"state\": {\"caller\": \"%s\"}}]", name, name);
    say(text);
    while (!is_text(value_of(hear(), "receipt"), "e") || !is_last(value_of(line, "status"))) { }
    if (!is_text(value_of(line, "status"), "finished")) return 1;

    say("{\"subscribe\": [\"beat\"]}");
    const char *beat;
    while (!(beat = value_of(hear(), "beat"))) { }
    printf("the beat of %.15s is heard %.1f ms after it is rendered\n", value_of(beat, "position"),
           1000.0 * (atof(value_of(beat, "heard_frame")) - atof(value_of(beat, "frame"))) / rate);
    say("{\"save\": true, \"id\": \"slot 1\"}");
    const char *saved;
    while (!(saved = value_of(hear(), "saved"))) { }
    return *saved == '{' && is_text(value_of(line, "id"), "slot 1") ? 0 : 1;
}
