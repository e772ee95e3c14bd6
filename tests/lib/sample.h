/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records for tests that have no database. */
#ifndef TESTS_LIB_SAMPLE_H
#define TESTS_LIB_SAMPLE_H

#include "model/model.h"

/* A record of a class, in the arena, with refs = 1; record_unref() must not
 * see it. json: an object with some fields, which may be of any qualifier; the
 * others are at their defaults. Ends the program with a message when the text
 * is wrong. */
struct record *sample_record(struct arena *a, const struct class_info *cls,
    const char *json);
/* A halted HVM guest with what most guests have; its reference, uuid and name
 * follow from i. */
struct record *sample_vm(struct arena *a, unsigned i);
/* Frees the texts that were kept with a record of sample_record(). */
void sample_forget(struct record *r);

#endif
