/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handlers_gen.h"
#include "lib/bytes.h"
#include "lib/file.h"
#include "tests/lib/unit.h"

static bool
is_missing(const struct method *m)
{
	return m->kind == METHOD_EXPLICIT && m->state != STATE_REMOVED &&
	    !m->handler;
}

/* `Class.call` */
static bool
stands_in(const char *text, const char *name)
{
	char quoted[160];

	snprintf(quoted, sizeof(quoted), "`%s`", name);
	return strstr(text, quoted);
}

static void
test_what_nobody_wrote_stands_in_the_list(void)
{
	const char *top = getenv("XAPID_SRCDIR");
	CLEANUP_BYTES struct bytes text = { 0 };
	char path[4096];

	snprintf(path, sizeof(path), "%s/docs/missing.md", top ? top : ".");
	CU_ASSERT_EQUAL_FATAL(file_read(path, 1 << 20, &text), 0);
	for (unsigned i = 0; i < method_count; i++) {
		const struct method *m = &method_table[i];
		bool stands = stands_in(bytes_cstr(&text), m->name);

		if (stands && !is_missing(m))
			printf("# docs/missing.md: %s is there by now\n",
			    m->name);
		if (is_missing(m) && !stands)
			printf("# docs/missing.md lacks %s\n", m->name);
		CU_ASSERT_TRUE(stands || !is_missing(m));
	}
}

UNIT_MAIN("missing calls",
    { "what nobody wrote stands in the list",
	test_what_nobody_wrote_stands_in_the_list })
