/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vm/start/vm_args.h"

#include <stdlib.h>
#include <string.h>

#include "model/builder.h"

void
args_put(struct args *to, const char *name, struct value value)
{
	if (to->n < ARGS_MAX)
		to->m[to->n++] = (struct value_member){ name, value };
	else
		to->failed = true;
}

static struct value
text_value(struct args *to, const char *s)
{
	const char *copy = arena_strdup(to->a, s);

	to->failed = to->failed || !copy;
	return (struct value){ .kind = VALUE_STRING,
		.n = copy ? (uint32_t)strlen(copy) : 0,
		.s = copy ? copy : "" };
}

void
args_put_text(struct args *to, const char *name, const char *s)
{
	args_put(to, name, text_value(to, s));
}

void
args_put_int(struct args *to, const char *name, int64_t i)
{
	args_put(to, name, (struct value){ .kind = VALUE_INT, .i = i });
}

void
args_put_bool(struct args *to, const char *name, bool b)
{
	args_put(to, name, (struct value){ .kind = VALUE_BOOL, .b = b });
}

void
args_put_double(struct args *to, const char *name, double d)
{
	args_put(to, name, (struct value){ .kind = VALUE_DOUBLE, .d = d });
}

void
args_put_map(struct args *to, const char *name, const struct map *map,
    bool (*keep)(const char *key))
{
	struct value_member *m = arena_array(to->a, map->n + 1, sizeof(*m));
	const char *const *keys = map->keys, *const *values = map->values;
	uint32_t n = 0;

	to->failed = to->failed || !m;
	for (uint32_t i = 0; m && i < map->n; i++)
		if (!keep || keep(keys[i])) {
			m[n].name = text_value(to, keys[i]).s;
			m[n++].value = text_value(to, values[i]);
		}
	args_put(to, name,
	    (struct value){ .kind = VALUE_STRUCT,
		.n = m ? n : 0,
		.members = m });
}

int
args_finish(struct args *from, struct value *out)
{
	struct value_member *m = arena_array(from->a, from->n + 1, sizeof(*m));

	if (!m || from->failed)
		return -1;
	memcpy(m, from->m, from->n * sizeof(*m));
	*out =
	    (struct value){ .kind = VALUE_STRUCT, .n = from->n, .members = m };
	return 0;
}

void
args_begin(struct args *m, struct arena *a, const char *op, const struct vm *vm)
{
	*m = (struct args){ .a = a };
	args_put_text(m, "op", op);
	args_put_text(m, "uuid", vm->uuid);
}

int64_t
args_number_in(const struct map *m, const char *key, int64_t otherwise,
    int64_t max)
{
	const char *text = builder_find(m, key);
	char *end;
	long long value = text ? strtoll(text, &end, 10) : 0;

	return text && end != text && !*end && value >= 0 && value <= max
	    ? value
	    : otherwise;
}

struct ref
args_host_of(const struct vm *vm)
{
	return ref_is_null(vm->scheduled_to_be_resident_on)
	    ? vm->resident_on
	    : vm->scheduled_to_be_resident_on;
}
