/* A table that was kept: lines of cells, in some of which stands an age, which is another each time. */
#include "again.h"
#include "executor.h"

#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 16
#define COLUMNS_MAX 16
#define AGE_SIZE 64
#define TEXT_MAX (16 << 20)

/* AgeStep of base/duration.ts: a text, or a number of units of `per` seconds before it. */
struct step {
    uint64_t below, per, add;
    const char *words;
};

/* A text, in the middle of which stands the age of something that is from `since`, ms since the epoch. */
struct cell {
    const char *before, *since, *behind;
};

struct answer {
    struct step steps[STEPS_MAX];
    uint64_t step_count, width_min, padding, columns, rows, now;
    struct cell *cells;
};

static bool take_steps(struct reader *r, struct answer *answer) {
    if (!take_number(r, &answer->step_count) || answer->step_count > STEPS_MAX)
        return false;
    for (uint64_t i = 0; i < answer->step_count; i++) {
        struct step *step = &answer->steps[i];
        if (!take_number(r, &step->below) || !take_number(r, &step->per) || !take_number(r, &step->add) || (step->words = take_text(r)) == NULL)
            return false;
        if (strlen(step->words) > AGE_SIZE - 24)
            return false;
    }
    return true;
}

static bool take_cells(struct reader *r, struct answer *answer) {
    if (!take_number(r, &answer->columns) || !take_number(r, &answer->rows))
        return false;
    if (answer->columns == 0 || answer->columns > COLUMNS_MAX || answer->rows > (uint64_t)(r->end - r->at))
        return false;
    uint64_t count = answer->columns * answer->rows;
    answer->cells = calloc(count + 1, sizeof(struct cell));
    if (answer->cells == NULL)
        return false;
    for (uint64_t i = 0; i < count; i++) {
        struct cell *cell = &answer->cells[i];
        cell->before = take_text(r);
        cell->since = take_text(r);
        if ((cell->behind = take_text(r)) == NULL)
            return false;
    }
    return true;
}

static bool put_age(char *at, const struct answer *answer, const char *since) {
    uint64_t then;
    *at = '\0';
    if (*since == '\0')
        return true;
    if (!parse_number(since, strlen(since), &then))
        return false;
    uint64_t age = then > answer->now ? 0 : (answer->now - then) / 1000;
    for (uint64_t i = 0; i < answer->step_count; i++) {
        const struct step *step = &answer->steps[i];
        if (age >= step->below)
            continue;
        put(step->per == 0 ? at : put_number(at, (age + step->add) / step->per), step->words);
        return true;
    }
    return false;
}

static bool measure(const struct answer *answer, uint64_t *widths) {
    char age[AGE_SIZE];
    for (uint64_t column = 0; column < answer->columns; column++)
        widths[column] = answer->width_min;
    for (uint64_t i = 0; i < answer->columns * answer->rows; i++) {
        const struct cell *cell = &answer->cells[i];
        if (!put_age(age, answer, cell->since))
            return false;
        uint64_t width = strlen(cell->before) + strlen(age) + strlen(cell->behind) + answer->padding;
        if (width > widths[i % answer->columns])
            widths[i % answer->columns] = width;
    }
    return true;
}

static bool put_cell(const struct answer *answer, const struct cell *cell, uint64_t width, struct bytes *to) {
    char age[AGE_SIZE];
    size_t begin = to->size;
    if (!put_age(age, answer, cell->since) || !append_text(to, cell->before) || !append_text(to, age) || !append_text(to, cell->behind))
        return false;
    while (to->size - begin < width)
        if (!append_text(to, " "))
            return false;
    return to->size < TEXT_MAX;
}

/* As `formatTable` of base/table.ts, of plain texts: the last cell of a line is not padded. */
bool lay_out(struct reader *r, uint64_t now, struct bytes *text) {
    struct answer answer = {.now = now};
    uint64_t widths[COLUMNS_MAX];
    bool whole = take_steps(r, &answer) && take_number(r, &answer.width_min) && take_number(r, &answer.padding) && answer.width_min < 256 &&
                 answer.padding < 256 && take_cells(r, &answer) && r->at == r->end && measure(&answer, widths);
    for (uint64_t i = 0; whole && i < answer.columns * answer.rows; i++) {
        bool last = i % answer.columns == answer.columns - 1;
        whole = put_cell(&answer, &answer.cells[i], last ? 0 : widths[i % answer.columns], text) && (!last || append_text(text, "\n"));
    }
    free(answer.cells);
    return whole;
}
