/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking up names in the generated tables. What can be done with typed memory
 * whatever its type stands in model_equal.c, model_copy.c, model_value.c (from
 * the value tree) and model_json.c. */
#include "model/model.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/text.h"

/* ---- names ---- */

static int
class_by_name(const void *name, const void *cls)
{
	return strcmp(name, ((const struct class_info *)cls)->name);
}

const struct class_info *
class_find(const char *name)
{
	return bsearch(name, class_table, CLASS_COUNT, sizeof(class_table[0]),
	    class_by_name);
}

const struct class_info *
class_find_nocase(const char *name, size_t len)
{
	for (unsigned i = 0; i < CLASS_COUNT; i++) {
		const struct class_info *cls = &class_table[i];

		if (strncasecmp(cls->lower, name, len) == 0 &&
		    cls->lower[len] == '\0')
			return cls;
	}
	return NULL;
}

bool
method_is_written(const char *name)
{
	const struct method *m = method_find(name, strlen(name));

	return m && (m->handler || m->kind != METHOD_EXPLICIT);
}

const struct field *
field_find(const struct class_info *cls, const char *name)
{
	for (unsigned i = 0; i < cls->nfields; i++) {
		if (strcmp(cls->fields[i].name, name) == 0)
			return &cls->fields[i];
	}
	return NULL;
}

const struct field *
field_find_column(const struct class_info *cls, const char *column)
{
	for (unsigned i = 0; i < cls->nfields; i++) {
		if (strcmp(cls->fields[i].column, column) == 0)
			return &cls->fields[i];
	}
	return NULL;
}

static int
error_by_code(const void *code, const void *error)
{
	return strcmp(code, ((const struct error_info *)error)->code);
}

const struct error_info *
error_find(const char *code)
{
	return bsearch(code, error_table, error_count, sizeof(error_table[0]),
	    error_by_code);
}

int
enum_find(const struct enum_info *en, const char *value)
{
	for (int i = 0; i < en->n; i++) {
		if (strcmp(en->values[i], value) == 0)
			return i;
	}
	return -1;
}

role_mask
role_find(const char *name)
{
	for (unsigned i = 0; i < role_count; i++) {
		if (strcmp(role_table[i].name, name) == 0)
			return (role_mask)(1u << i);
	}
	return 0;
}

/* ---- empty values ---- */

void
model_empty(const struct type *type, void *mem)
{
	memset(mem, 0, type->size);
	if (type->kind == TYPE_STRING || type->kind == TYPE_SECRET)
		*(const char **)mem = "";
}

static bool
items_are_clean(const struct type *type, const void *items, uint32_t n)
{
	bool clean = true;

	if (type->kind == TYPE_STRING || type->kind == TYPE_SECRET ||
	    type->kind == TYPE_SET || type->kind == TYPE_MAP)
		for (uint32_t i = 0; clean && i < n; i++)
			clean = model_is_clean(type,
			    (const char *)items + (size_t)i * type->size);
	return clean;
}

bool
model_is_clean(const struct type *type, const void *mem)
{
	const char *text;
	const struct set *set = mem;
	const struct map *map = mem;

	switch (type->kind) {
	case TYPE_STRING:
	case TYPE_SECRET:
		text = *(const char *const *)mem;
		return !text || text_is_clean(text, strlen(text));
	case TYPE_SET:
		return items_are_clean(type->elem, set->items, set->n);
	case TYPE_MAP:
		return items_are_clean(type->key, map->keys, map->n) &&
		    items_are_clean(type->elem, map->values, map->n);
	default:
		return true;
	}
}
