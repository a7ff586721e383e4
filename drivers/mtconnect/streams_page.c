/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/streams_page.h"

#include "drivers/mtconnect/xml.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    ORDINARY_TEXT = 1 << 20,
    ORDINARY_ITEMS = 8192,
    FIRST_ITEMS = 64,
    VALUE_STRING = 12,
    ELEMENT_STRING = 13,
    COMPONENT_STRING = 14,
};

/* Which attribute is which member; the last three are no attributes. */
static const struct {
    const char *attribute;
    size_t offset;
} members[] = {
    {"dataItemId",     offsetof(struct observation, data_item_id)   },
    {"timestamp",      offsetof(struct observation, timestamp)      },
    {"name",           offsetof(struct observation, name)           },
    {"subType",        offsetof(struct observation, sub_type)       },
    {"type",           offsetof(struct observation, type)           },
    {"nativeCode",     offsetof(struct observation, native_code)    },
    {"nativeSeverity", offsetof(struct observation, native_severity)},
    {"qualifier",      offsetof(struct observation, qualifier)      },
    {"conditionId",    offsetof(struct observation, condition_id)   },
    {"compositionId",  offsetof(struct observation, composition)    },
    {"statistic",      offsetof(struct observation, statistic)      },
    {"resetTriggered", offsetof(struct observation, reset_triggered)},
    {NULL,             offsetof(struct observation, value)          },
    {NULL,             offsetof(struct observation, element)        },
    {NULL,             offsetof(struct observation, component)      },
};

void streams_page_init(struct streams_page *page)
{
    *page = (struct streams_page){0};
    text_init_heap(&page->strings);
    text_add_char(&page->strings, '\0');
}

void streams_page_done(struct streams_page *page)
{
    text_done(&page->strings);
    free(page->items);
    free(page->entries);
    free(page->cells);
    free(page->shown_entries);
    free(page->shown_cells);
    *page = (struct streams_page){0};
}

void streams_page_clear(struct streams_page *page)
{
    if (page->failed || page->strings.capacity > ORDINARY_TEXT ||
        page->capacity > ORDINARY_ITEMS || page->entry_capacity > ORDINARY_ITEMS ||
        page->cell_capacity > ORDINARY_ITEMS) {
        streams_page_done(page);
        streams_page_init(page);
        return;
    }
    text_clear(&page->strings);
    text_add_char(&page->strings, '\0');
    page->count = page->entry_count = page->cell_count = 0;
}

/* The items, moved to where there is room for one behind `count`; without memory they
 * stay and the page has failed, which ends the document. */
static void *widen(struct streams_page *page, void *items, size_t *capacity, size_t count,
                   size_t size)
{
    if (count < *capacity || page->failed)
        return items;
    size_t wanted = *capacity ? *capacity * 2 : FIRST_ITEMS;
    while (wanted <= count)
        wanted *= 2;
    void *larger = realloc(items, wanted * size);
    if (!larger) {
        page->failed = true;
        return items;
    }
    *capacity = wanted;
    return larger;
}

uint32_t streams_page_keep(struct streams_page *page, const char *string)
{
    size_t offset = page->strings.length;

    if (!string || !*string)
        return 0;
    text_add_bytes(&page->strings, string, strlen(string) + 1);
    page->failed = page->failed || page->strings.failed;
    return page->failed ? 0 : (uint32_t)offset;
}

static bool ends_with(const char *name, const char *ending)
{
    size_t length = strlen(name), tail = strlen(ending);

    return length > tail && strcmp(name + length - tail, ending) == 0;
}

static enum observation_representation representation_of(const char *element)
{
    if (ends_with(element, "DataSet"))
        return REPRESENTATION_DATA_SET;
    if (ends_with(element, "Table"))
        return REPRESENTATION_TABLE;
    return ends_with(element, "TimeSeries") ? REPRESENTATION_TIME_SERIES
                                            : REPRESENTATION_VALUE;
}

static double number_of(const char **attributes, const char *name)
{
    const char *value = xml_attribute(attributes, name);
    double number;

    if (!value || text_read_number(value, &number))
        return NAN;
    return number;
}

static void keep_attribute(struct streams_page *page, struct streams_page_item *item,
                           const char *name, const char *value)
{
    for (size_t i = 0; i < VALUE_STRING; i++) {
        if (strcmp(members[i].attribute, name) != 0)
            continue;
        item->strings[i] = streams_page_keep(page, value);
        return;
    }
}

void streams_page_open(struct streams_page *page, const char *element,
                       const char **attributes, uint64_t sequence,
                       enum observation_category category, uint32_t component)
{
    page->items =
        widen(page, page->items, &page->capacity, page->count, sizeof(*page->items));
    if (page->failed)
        return;

    struct streams_page_item *item = &page->items[page->count];
    *item = (struct streams_page_item){
        .sequence = sequence,
        .order = (uint32_t)page->count,
        .first_entry = (uint32_t)page->entry_count,
        .duration_s = number_of(attributes, "duration"),
        .sample_rate_hz = number_of(attributes, "sampleRate"),
        .category = category,
        .representation = representation_of(element),
    };
    page->count++;
    for (const char **each = attributes; *each; each += 2)
        keep_attribute(page, item, xml_local_name(*each), each[1]);
    item->strings[ELEMENT_STRING] = streams_page_keep(page, element);
    item->strings[COMPONENT_STRING] = component;
}

void streams_page_close(struct streams_page *page, const char *value)
{
    if (page->failed)
        return;
    struct streams_page_item *item = &page->items[page->count - 1];
    item->entry_count = (uint32_t)page->entry_count - item->first_entry;
    item->strings[VALUE_STRING] = streams_page_keep(page, value);
}

void streams_page_open_entry(struct streams_page *page, const char *key, bool removed)
{
    page->entries = widen(page, page->entries, &page->entry_capacity, page->entry_count,
                          sizeof(*page->entries));
    if (page->failed)
        return;
    page->entries[page->entry_count++] =
        (struct streams_page_entry){.key = streams_page_keep(page, key),
                                    .removed = removed,
                                    .first_cell = (uint32_t)page->cell_count};
}

void streams_page_close_entry(struct streams_page *page, const char *value)
{
    if (page->failed)
        return;
    struct streams_page_entry *entry = &page->entries[page->entry_count - 1];
    entry->cell_count = (uint32_t)page->cell_count - entry->first_cell;
    entry->value = streams_page_keep(page, value);
}

void streams_page_open_cell(struct streams_page *page, const char *key)
{
    page->cells = widen(page, page->cells, &page->cell_capacity, page->cell_count,
                        sizeof(*page->cells));
    if (page->failed)
        return;
    page->cells[page->cell_count++] =
        (struct streams_page_cell){.key = streams_page_keep(page, key)};
}

void streams_page_close_cell(struct streams_page *page, const char *value)
{
    if (!page->failed)
        page->cells[page->cell_count - 1].value = streams_page_keep(page, value);
}

static int compare(const void *one, const void *other)
{
    const struct streams_page_item *a = one, *b = other;

    if (a->sequence != b->sequence)
        return a->sequence < b->sequence ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

void streams_page_sort(struct streams_page *page)
{
    if (page->count > 1)
        qsort(page->items, page->count, sizeof(*page->items), compare);
}

static void show_entries(struct streams_page *page, const struct streams_page_item *item,
                         struct observation *observation)
{
    const char *strings = page->strings.data;
    size_t cells = 0;

    for (uint32_t i = 0; i < item->entry_count; i++)
        cells += page->entries[item->first_entry + i].cell_count;
    page->shown_entries = widen(page, page->shown_entries, &page->shown_entry_capacity,
                                item->entry_count, sizeof(*page->shown_entries));
    page->shown_cells = widen(page, page->shown_cells, &page->shown_cell_capacity, cells,
                              sizeof(*page->shown_cells));
    if (page->failed)
        return;

    struct observation_cell *cell = page->shown_cells;
    for (uint32_t i = 0; i < item->entry_count; i++) {
        const struct streams_page_entry *entry = &page->entries[item->first_entry + i];
        page->shown_entries[i] = (struct observation_entry){
            .key = strings + entry->key,
            .value = strings + entry->value,
            .removed = entry->removed,
            .cells = cell,
            .cell_count = entry->cell_count,
        };
        for (uint32_t k = 0; k < entry->cell_count; k++, cell++)
            *cell = (struct observation_cell){
                .key = strings + page->cells[entry->first_cell + k].key,
                .value = strings + page->cells[entry->first_cell + k].value};
    }
    observation->entries = page->shown_entries;
    observation->entry_count = item->entry_count;
}

/* A level is the name of conditions alone, in whatever container it stands. */
static void read_level(struct observation *observation)
{
    int level = code_find(level_names, observation->element);

    if (level < 0 && observation->category != OBSERVATION_CONDITION) {
        observation->is_unavailable = strcmp(observation->value, "UNAVAILABLE") == 0;
        return;
    }
    observation->category = OBSERVATION_CONDITION;
    observation->level = level < 0 ? LEVEL_UNAVAILABLE : (enum level)level;
    observation->is_unavailable = observation->level == LEVEL_UNAVAILABLE;
}

void streams_page_read(struct streams_page *page, size_t index,
                       struct observation *ret_observation)
{
    const struct streams_page_item *item = &page->items[index];

    observation_init(ret_observation);
    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
        *(const char **)((char *)ret_observation + members[i].offset) =
            page->strings.data + item->strings[i];
    ret_observation->category = item->category;
    ret_observation->sequence = item->sequence;
    ret_observation->duration_s = item->duration_s;
    ret_observation->sample_rate_hz = item->sample_rate_hz;
    ret_observation->representation = item->representation;
    read_level(ret_observation);
    if (item->entry_count)
        show_entries(page, item, ret_observation);
}
