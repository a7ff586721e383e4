/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Average run lengths of the charts, simulated with the daemon's own functions, beside
 * the published ones: Montgomery (CUSUM), Lucas and Saccucci 1990 (EWMA), Champ and
 * Woodall 1987 (Western Electric), and exact values for Shewhart.
 *
 * Usage: bench_charts [RUNS]   (100000 by default; 20 times that where runs are short)
 */
#include "daemon/analytics/quality/monitor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t random_state = UINT64_C(0x9e3779b97f4a7c15);

static double random_share(void)
{
    uint64_t x = random_state += UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return ((double)((x ^ (x >> 31)) >> 11) + 0.5) / 9007199254740992.0;
}

/* Two normal values at a time, of which one is kept for the next call. */
static double random_normal(void)
{
    static double kept;
    static bool has_kept;

    has_kept = !has_kept;
    if (!has_kept)
        return kept;
    double radius = sqrt(-2 * log(random_share()));
    double angle = 2 * 3.14159265358979323846 * random_share();
    kept = radius * sin(angle);
    return radius * cos(angle);
}

struct chart_under_test {
    const char *name;
    double h, clip, weight;
    unsigned rules;
    double shift, published;
};

static int64_t run_cusum(const struct chart_under_test *test)
{
    struct cusum cusum = {0};

    for (int64_t count = 1;; count++) {
        cusum_add(&cusum, cusum_winsorise(random_normal() + test->shift, test->clip),
                  MONITOR_K);
        if (cusum_size(&cusum) > test->h)
            return count;
    }
}

static int64_t run_ewma(const struct chart_under_test *test)
{
    const struct ewma settled = {.count = 100000};
    const double limit = ewma_limit(&settled, test->weight, test->h);
    struct ewma ewma = {0};

    for (int64_t count = 1;; count++) {
        ewma_add(&ewma, random_normal() + test->shift, test->weight);
        if (fabs(ewma.value) > limit)
            return count;
    }
}

static int64_t run_rules(const struct chart_under_test *test)
{
    double z[RULES_LOOK_BACK] = {0};
    size_t known = 0;

    for (int64_t count = 1;; count++) {
        if (known == RULES_LOOK_BACK) {
            known--;
            for (size_t i = 0; i < known; i++)
                z[i] = z[i + 1];
        }
        z[known++] = random_normal() + test->shift;
        if (rules_find(z, known) & test->rules)
            return count;
    }
}

static double measure(const struct chart_under_test *test, int64_t runs)
{
    double total = 0;

    for (int64_t i = 0; i < runs; i++)
        total += (double)(test->rules        ? run_rules(test)
                          : test->weight > 0 ? run_ewma(test)
                                             : run_cusum(test));
    return total / (double)runs;
}

int main(int argc, char **argv)
{
    const unsigned western = RULE_N1 | RULE_N5 | RULE_N6 | RULE_W4;
    const struct chart_under_test tests[] = {
        {"Shewhart 3",            0,     0,   0,   RULE_N1, 0,   370.40},
        {"Shewhart 3",            0,     0,   0,   RULE_N1, 1,   43.89 },
        {"Shewhart 3",            0,     0,   0,   RULE_N1, 2,   6.30  },
        {"Western Electric 1-4",  0,     0,   0,   western, 0,   91.75 },
        {"CUSUM .5/4",            4,     1e9, 0,   0,       0,   168   },
        {"CUSUM .5/4",            4,     1e9, 0,   0,       1,   8.38  },
        {"CUSUM .5/5",            5,     1e9, 0,   0,       0,   465   },
        {"CUSUM .5/5",            5,     1e9, 0,   0,       0.5, 38.0  },
        {"CUSUM .5/5",            5,     1e9, 0,   0,       1,   10.4  },
        {"CUSUM .5/5",            5,     1e9, 0,   0,       2,   4.01  },
        {"EWMA .1/2.814",         2.814, 0,   0.1, 0,       0,   500   },
        {"EWMA .1/2.814",         2.814, 0,   0.1, 0,       0.5, 31.3  },
        {"EWMA .1/2.814",         2.814, 0,   0.1, 0,       1,   10.3  },
        {"CUSUM .5/5 clip 2.5",   5,     2.5, 0,   0,       0,   NAN   },
        {"CUSUM .5/5 clip 2.5",   5,     2.5, 0,   0,       1,   NAN   },
        {"CUSUM .5/5 clip 2.5",   5,     2.5, 0,   0,       2,   NAN   },
        {"CUSUM .5/9.5 clip 2.5", 9.5,   2.5, 0,   0,       1,   NAN   },
    };
    const int64_t runs = argc > 1 ? strtoll(argv[1], NULL, 10) : 100000;

    printf("%-22s %6s %10s %10s %8s\n", "chart", "shift", "simulated", "published",
           "apart");
    for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
        const struct chart_under_test *test = &tests[i];
        double length = measure(test, test->published < 50 ? 20 * runs : runs);

        printf("%-22s %6.1f %10.3f", test->name, test->shift, length);
        if (isnan(test->published))
            printf(" %10s %8s\n", "-", "-");
        else
            printf(" %10.2f %+7.2f%%\n", test->published,
                   100 * (length / test->published - 1));
    }
    return 0;
}
