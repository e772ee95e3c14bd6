/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by the files of the model. */
#ifndef XAPID_MODEL_PRIVATE_H
#define XAPID_MODEL_PRIVATE_H

#include "model/model.h"

/* Item i of an array of this type. */
static inline const void *
model_item(const void *items, const struct type *type, uint32_t i)
{
	return (const char *)items + (size_t)i * type->size;
}

/* 1: a key stands twice, and *at_r is the place of one of the two; 0: none
 * does; -1: no memory. */
int model_map_duplicate(const struct type *type, const struct map *m,
    uint32_t *at_r);

#endif
