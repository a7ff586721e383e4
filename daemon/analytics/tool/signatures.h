/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every load was when a tool was fresh, for each program, tool and visit:
 * domain.md 3.2. Pure; no pointers. The reference is the median of parts 6 to 13 of the
 * first life, and what is there of them before that: of 25 parts, an edge that lives for
 * 40 has used half. What breakage is judged by is the median of parts 6 to 25. Of more
 * than SIGNATURES keys the longest unused goes.
 */
#pragma once

#include "daemon/analytics/tool/breakage.h"
#include "daemon/analytics/tool/cut_load.h"

#define SIGNATURES      128
#define SIGNATURE_PARTS 25

struct signature {
    uint32_t key;
    int64_t used_at;
    uint32_t count; /* parts seen, up to SIGNATURE_PARTS */
    float loads[SIGNATURE_PARTS][LOAD_CHANNELS];
    float peaks[SIGNATURE_PARTS];                            /* of the main channel */
    float means[SIGNATURE_PARTS], energies[SIGNATURE_PARTS]; /* likewise */
    double tail_s; /* longest time without load before the end */
    double mean;   /* of the main channel while it cuts */
    double reference[LOAD_CHANNELS];
    double peak, peak_sigma;
    double seconds; /* a segment usually takes */
    double values;  /* of the main channel, that it usually has */
    bool
        is_dense; /* so many that the time of the cut is known well: loads are energies */
    bool is_net;  /* loads are above air */
};

struct signatures {
    struct signature items[SIGNATURES];
    uint32_t count;
};

struct signature *signatures_find(struct signatures *signatures, uint32_t key,
                                  int64_t now_ns);

/* One part: loads of all channels; of the main one, more. */
struct signature_part {
    double loads[LOAD_CHANNELS];
    double peak, mean, energy, tail_s; /* energy: mean, where no cutting is heard */
    double seconds, values;
    bool is_net;
};

/*
 * Shall the loads of this part be energies? What was learned of other parts is given up
 * when it cannot be compared: it had far more or fewer values, or no known air.
 */
bool signature_wants_energy(struct signature *signature,
                            const struct signature_part *part);

/* Follows how long a segment takes and how many values it has. */
void signature_pace(struct signature *signature, const struct signature_part *part);

/* One more part, until the reference stands. */
void signature_add(struct signature *signature, const struct signature_part *part);
bool signature_is_final(const struct signature *signature);

/* What breakage is judged against; false before 10 parts. */
bool signature_norm(const struct signature *signature, double index,
                    struct breakage_norm *ret_norm);

uint32_t signature_hash(uint32_t sum, const char *text);
