/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The XML form of a database, from anywhere. Every cell that is taken is
 * written and read again, and is the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "db/db_xml.h"
#include "tests/fuzz/fuzz.h"

static void
check_cell(struct arena *a, const struct field *f, const void *mem)
{
	struct bytes text = { 0 };
	void *again = arena_alloc(a, f->type->size);
	struct type_error err;

	db_xml_put_cell(&text, f->type, mem);
	if (text.failed || !again)
		return; /* out of memory */
	if (db_xml_get_cell(a, f->type, text.len ? text.p : "", text.len, again,
		&err) < 0 ||
	    !model_equal(f->type, mem, again)) {
		fprintf(stderr, "%s: %.*s\n", f->name, (int)text.len, text.p);
		abort();
	}
	bytes_free(&text);
}

static int
take_change(struct db_engine *e, const struct engine_change *c)
{
	struct arena *a = arena_new(0);

	(void)e;
	if (!a)
		return -1;
	for (unsigned i = 0; i < c->cls->nfields; i++)
		if (c->cls->fields[i].inverse_cls < 0)
			check_cell(a, &c->cls->fields[i],
			    record_field(c->after, &c->cls->fields[i]));
	arena_free(a);
	return 0;
}

static int
nothing(struct db_engine *e)
{
	(void)e;
	return 0;
}

static int
take_ceiling(struct db_engine *e, uint64_t ceiling)
{
	(void)e;
	if (ceiling > INT64_MAX / 2)
		abort();
	return 0;
}

static void
no_rollback(struct db_engine *e)
{
	(void)e;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct db_engine engine = {
		.name = "none",
		.begin = nothing,
		.change = take_change,
		.set_ceiling = take_ceiling,
		.commit = nothing,
		.rollback = no_rollback,
	};
	int fd = memfd_create("xml", MFD_CLOEXEC);
	FILE *report = fopen("/dev/null", "w");
	char err[512];

	if (fd < 0 || !report || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	(void)db_xml_read(fd, &engine, report, err, sizeof(err));
	fclose(report);
	close(fd);
	return 0;
}
