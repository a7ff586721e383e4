/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/modbus/map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum map_type {
    MAP_UINT16,
    MAP_INT16_TENTHS,
    MAP_UINT32, /* ABCD */
    MAP_FLOAT,  /* float32, ABCD */
    MAP_DIGITS, /* the digits of a text: O1234 is 1234 */
    MAP_LEVEL,
};

/* Holding and input registers, zero-based. */
static const struct {
    uint16_t address;
    enum panel_item item;
    enum map_type type;
} registers[] = {
    {0,  ITEM_PART_COUNT,       MAP_UINT32      },
    {2,  ITEM_TOOL,             MAP_DIGITS      },
    {3,  ITEM_PROGRAM,          MAP_DIGITS      },
    {4,  ITEM_SPINDLE_SPEED,    MAP_UINT16      },
    {5,  ITEM_SPINDLE_LOAD,     MAP_INT16_TENTHS},
    {6,  ITEM_AXIS_LOAD_X,      MAP_INT16_TENTHS},
    {7,  ITEM_AXIS_LOAD_Z,      MAP_INT16_TENTHS},
    {8,  ITEM_FEED,             MAP_UINT16      },
    {9,  ITEM_FEED_OVERRIDE,    MAP_UINT16      },
    {10, ITEM_RAPID_OVERRIDE,   MAP_UINT16      },
    {11, ITEM_SPINDLE_OVERRIDE, MAP_UINT16      },
    {12, ITEM_TEMP_SPINDLE,     MAP_INT16_TENTHS},
    {13, ITEM_TEMP_COLUMN,      MAP_INT16_TENTHS},
    {14, ITEM_TEMP_AMBIENT,     MAP_INT16_TENTHS},
    {15, ITEM_EXECUTION,        MAP_UINT16      },
    {16, ITEM_MODE,             MAP_UINT16      },
    {17, ITEM_LINE,             MAP_UINT16      },
    {18, ITEM_POWER,            MAP_FLOAT       },
    {20, ITEM_ENERGY,           MAP_FLOAT       },
    {22, ITEM_CUT_TIME,         MAP_UINT32      },
    {24, ITEM_ALARM,            MAP_LEVEL       },
    {25, ITEM_PALLET,           MAP_DIGITS      },
};

/* Coils and discrete inputs, zero-based. */
static const enum panel_item bits[] = {
    ITEM_OPERATING,    ITEM_START_LAMP, ITEM_HOLD_LAMP, ITEM_PROGRAM_END, ITEM_ALARM,
    ITEM_RESET,        ITEM_EMERGENCY,  ITEM_DOOR,      ITEM_CHUCK,       ITEM_CUTTING,
    ITEM_SINGLE_BLOCK, ITEM_DRY_RUN,    ITEM_BAR_END,
};
#define CYCLE_BIT 13 /* in cycle: OP */

static uint16_t text_digits(const char *string)
{
    size_t start = strcspn(string, "0123456789");

    return (uint16_t)strtoul(string + start, NULL, 10);
}

static void put_uint32(uint16_t *at, uint32_t value)
{
    at[0] = (uint16_t)(value >> 16);
    at[1] = (uint16_t)value;
}

static void put_float(uint16_t *at, double value)
{
    float number = (float)value;
    uint32_t word;

    memcpy(&word, &number, sizeof(word));
    put_uint32(at, word);
}

static void map_put(uint16_t *at, enum map_type type, const struct panel_value *value)
{
    switch (type) {
    case MAP_UINT16:
    case MAP_LEVEL:
        *at = (uint16_t)lround(value->number);
        break;
    case MAP_INT16_TENTHS:
        *at = (uint16_t)lround(value->number * 10);
        break;
    case MAP_UINT32:
        put_uint32(at, (uint32_t)value->number);
        break;
    case MAP_FLOAT:
        put_float(at, value->number);
        break;
    case MAP_DIGITS:
        *at = text_digits(value->text);
        break;
    }
}

void map_fill(struct map *map, const struct panel *panel)
{
    for (size_t i = 0; i < sizeof(registers) / sizeof(*registers); i++)
        map_put(&map->holding[registers[i].address], registers[i].type,
                &panel->values[registers[i].item]);
    for (size_t i = 0; i < sizeof(bits) / sizeof(*bits); i++)
        map->bits[i] = panel->values[bits[i]].number != 0;
    map->bits[CYCLE_BIT] = panel->values[ITEM_OPERATING].number != 0;
}

uint16_t farm_value(uint16_t device, uint16_t address, uint32_t answer)
{
    return (uint16_t)(UINT32_C(40503) * device + UINT32_C(2531) * address + answer);
}

void farm_fill(uint16_t *at, int count, uint16_t device, uint32_t answer,
               uint32_t milliseconds)
{
    static const uint16_t constants[] = {0xC0DE, 0x1234, 0xFFFF, 0x8000};

    at[0] = device;
    put_uint32(&at[1], answer);
    put_uint32(&at[3], milliseconds);
    at[5] = (uint16_t)count;
    memcpy(&at[6], constants, sizeof(constants));
    for (int i = 10; i < count; i++)
        at[i] = farm_value(device, (uint16_t)i, answer);
}
