/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/ref.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/unit.h"

#define UUID "01234567-89ab-cdef-fedc-ba9876543210"
#define HI UINT64_C(0x0123456789abcdef)
#define LO UINT64_C(0xfedcba9876543210)

static const struct {
	const char *text;
	bool ok;
	struct ref ref;
} rows[] = {
	{ "OpaqueRef:" UUID, true, { HI, LO } },
	{ "OpaqueRef:NULL", true, { 0, 0 } },
	{ "", true, { 0, 0 } },
	{ "OpaqueRef:00000000-0000-0000-0000-000000000000", true, { 0, 0 } },
	{ UUID, false, { 0, 0 } },
	{ "OpaqueRef:", false, { 0, 0 } },
	{ "OpaqueRef:null", false, { 0, 0 } },
	{ "OpaqueRef:NULL ", false, { 0, 0 } },
	{ "opaqueref:" UUID, false, { 0, 0 } },
	{ "OpaqueRef:" UUID "0", false, { 0, 0 } },
	{ "OpaqueRef: " UUID, false, { 0, 0 } },
	{ "OpaqueRef:01234567-89AB-cdef-fedc-ba9876543210", false, { 0, 0 } },
	{ "OpaqueRef:0123456789abcdeffedcba9876543210", false, { 0, 0 } },
	{ "OpaqueRef:01234567-89ab-cdef-fedc-ba987654321", false, { 0, 0 } },
	{ "OpaqueRef:01234567-89ab-cdef-fedc-ba987654321g", false, { 0, 0 } },
	{ "OpaqueRef:012345678-9ab-cdef-fedc-ba9876543210", false, { 0, 0 } },
	{ "OpaqueRef:ffffffff-ffff-ffff-0000-000000000001", false, { 0, 0 } },
};

static void
test_parse(void)
{
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct ref r = { 1, 2 };
		bool ok = ref_parse(rows[i].text, &r);

		if (ok != rows[i].ok)
			printf("# %s\n", rows[i].text);
		CU_ASSERT_EQUAL(ok, rows[i].ok);
		/* What is refused is not touched. */
		CU_ASSERT_TRUE(
		    ref_equal(r, ok ? rows[i].ref : (struct ref){ 1, 2 }));
	}
}

static void
test_format(void)
{
	char out[REF_CHARS + 1], uuid[UUID_CHARS + 1];

	CU_ASSERT_EQUAL(ref_format((struct ref){ HI, LO }, out), REF_CHARS);
	CU_ASSERT_STRING_EQUAL(out, "OpaqueRef:" UUID);
	CU_ASSERT_EQUAL(ref_format(REF_NULL, out), 14);
	CU_ASSERT_STRING_EQUAL(out, "OpaqueRef:NULL");
	uuid_format((struct ref){ HI, LO }, uuid);
	CU_ASSERT_STRING_EQUAL(uuid, UUID);
}

static void
test_uuid(void)
{
	struct ref r;

	CU_ASSERT_TRUE(uuid_parse(UUID, &r));
	CU_ASSERT_TRUE(r.hi == HI && r.lo == LO);
	CU_ASSERT_TRUE(uuid_parse("01234567-89AB-CDEF-FEDC-BA9876543210", &r));
	CU_ASSERT_TRUE(r.hi == HI && r.lo == LO);
	CU_ASSERT_FALSE(uuid_parse("", &r));
	CU_ASSERT_FALSE(uuid_parse("OpaqueRef:" UUID, &r));
	CU_ASSERT_FALSE(uuid_parse(UUID "-", &r));
}

/* An address must not come from outside, nor go there. */
static void
test_foreign(void)
{
	const char *text = "OpaqueRef:never mind";
	struct ref f = ref_foreign(text), r;
	char out[REF_CHARS + 1];

	CU_ASSERT_TRUE(ref_is_foreign(f));
	CU_ASSERT_PTR_EQUAL(ref_text(f, out), text);
	ref_format(f, out);
	CU_ASSERT_STRING_EQUAL(out, "OpaqueRef:NULL");
	CU_ASSERT_STRING_EQUAL(ref_text((struct ref){ HI, LO }, out),
	    "OpaqueRef:" UUID);
	CU_ASSERT_FALSE(uuid_parse("ffffffff-ffff-ffff-ffff-ffffffffffff", &r));
	CU_ASSERT_FALSE(uuid_parse("FFFFFFFF-FFFF-FFFF-1234-123412341234", &r));
}

static int
by_bits(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct ref));
}

#define THREADS 4
#define EACH 20000

static void *
draw(void *arg)
{
	struct ref *refs = arg;

	for (int i = 0; i < EACH; i++)
		refs[i] = ref_new();
	return NULL;
}

static void
test_new(void)
{
	struct ref *refs = calloc(THREADS * EACH, sizeof *refs);
	pthread_t threads[THREADS];
	struct ref both = { UINT64_MAX, UINT64_MAX }, any = REF_NULL;
	bool form = true, unique = true;

	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, draw, refs + i * EACH);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < THREADS * EACH; i++) {
		form = form && (refs[i].hi >> 12 & 15) == 4 &&
		    refs[i].lo >> 62 == 2;
		both.hi &= refs[i].hi;
		both.lo &= refs[i].lo;
		any.hi |= refs[i].hi;
		any.lo |= refs[i].lo;
	}
	qsort(refs, THREADS * EACH, sizeof *refs, by_bits);
	for (int i = 1; i < THREADS * EACH; i++)
		unique = unique && !ref_equal(refs[i - 1], refs[i]);
	CU_ASSERT_TRUE(form);
	CU_ASSERT_TRUE(unique);
	/* Every other bit was seen at 0 and at 1. */
	CU_ASSERT_EQUAL(both.hi, UINT64_C(0x4000));
	CU_ASSERT_EQUAL(both.lo, UINT64_C(1) << 63);
	CU_ASSERT_EQUAL(any.hi, ~UINT64_C(0xb000));
	CU_ASSERT_EQUAL(any.lo, UINT64_MAX >> 2 | UINT64_C(1) << 63);
	free(refs);
}

static void
test_fork(void)
{
	struct ref mine, childs = REF_NULL;
	int ends[2], status;
	pid_t pid;

	ref_new(); /* a batch is begun */
	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		childs = ref_new();
		_exit(write(ends[1], &childs, sizeof childs) != sizeof childs);
	}
	mine = ref_new();
	CU_ASSERT_EQUAL(read(ends[0], &childs, sizeof childs), sizeof childs);
	waitpid(pid, &status, 0);
	CU_ASSERT_FALSE(ref_is_null(childs));
	CU_ASSERT_FALSE(ref_equal(mine, childs));
	close(ends[0]);
	close(ends[1]);
}

UNIT_MAIN("ref", { "a reference has one spelling", test_parse },
    { "references are written as the wire wants them", test_format },
    { "uuids are read in either case", test_uuid },
    { "a foreign reference is neither read nor written as bits", test_foreign },
    { "new references are unique, random and of version 4", test_new },
    { "a forked child draws references of its own", test_fork })
