/* Shared by the C programs: arguments, noise, CPU time. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RATE = 48000, STEM_FRAMES = 4 * RATE, STRIDE = 500, RETARGET_FRAMES = RATE / 10, WARM_FRAMES = RATE / 5 };

struct stems {
    int count;
    long block;
    double seconds, rms;
};

static struct stems read_words(int count, char** words)
{
    struct stems work = { 0, 0, 0.0, 0.0 };
    if (count != 5) exit(2);
    work.count = atoi(words[1]);
    work.block = atol(words[2]);
    work.seconds = atof(words[3]);
    work.rms = atof(words[4]);
    return work;
}

static unsigned long long chance = 1;

static double next_unit(void)
{
    chance = chance * 6364136223846793005ull + 1442695040888963407ull;
    return (double)(chance >> 40) / 16777216.0;
}

static float next_gain(void) { return (float)(0.2 + 0.8 * next_unit()); }

static float* make_stem(int index, double rms)
{
    float* audio = malloc(sizeof(float) * 2 * STEM_FRAMES);
    chance = (unsigned long long)index * 7919 + 1;
    for (long i = 0; i < 2 * STEM_FRAMES; i++)
        audio[i] = (float)(rms * sqrt(12.0) * (next_unit() - 0.5));
    return audio;
}

static double cpu_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int tell(double share, double square)
{
    printf("share %.9f rms %.9f\n", share, sqrt(square));
    return 0;
}
