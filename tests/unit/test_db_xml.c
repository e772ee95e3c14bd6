/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The XML form of the original, and putting databases back. */
#include "db/db_xml.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "db/db_file.h"
#include "db/event.h"
#include "lib/file.h"
#include "tests/lib/db_dump.h"
#include "tests/lib/db_script.h"
#include "tests/lib/db_tools.h"
#include "tests/lib/unit.h"

static int
sink(void *arg, const void *data, size_t len)
{
	bytes_put(arg, data, len);
	return 0;
}

static char *
xml_of(struct db *db)
{
	struct bytes b = { 0 };

	CU_ASSERT_EQUAL(db_xml_write(db, sink, &b), 0);
	bytes_cstr(&b);
	return b.p;
}

static void
write_file(const char *path, const char *text)
{
	CU_ASSERT_EQUAL(file_write_atomic(path, text, strlen(text), 0600), 0);
}

static char *report;
static char why[512];

static int
restore(const char *path, const char *from)
{
	size_t size;
	FILE *f;
	int rc;

	free(report);
	why[0] = '\0';
	f = open_memstream(&report, &size);
	rc = db_file_restore(path, from, f, why, sizeof(why));
	fclose(f);
	return rc;
}

#define CU_ASSERT_SAYS(text, part)                                             \
	do {                                                                   \
		if (!strstr(text, part))                                       \
			printf("# want: %s\n# have: %s\n", part, text);        \
		CU_ASSERT_PTR_NOT_NULL(strstr(text, part));                    \
	} while (0)

/* ---- cells ---- */

static void
test_cells(void)
{
	static const struct {
		const struct type *type;
		const char *text, *json, *error, *written;
	} cases[] = {
		{ &type_string, "a%.b%tc%nd%re%%f", "a b\tc\nd\re%f", NULL,
		    NULL },
		{ &type_string, "old%_one", "old  one", NULL, "old%.%.one" },
		{ &type_string, "odd%x%", "odd%x%", NULL, "odd%%x%%" },
		{ &type_string, "", "", NULL, NULL },
		{ &type_int, "-12", "-12", NULL, NULL },
		{ &type_int, "twelve", NULL, "no integer", NULL },
		{ &type_float, "0.25", "0.25", NULL, NULL },
		{ &type_float, "nan", NULL, "no number", NULL },
		{ &type_bool, "true", "true", NULL, NULL },
		{ &type_bool, "yes", NULL, "want a bool", NULL },
		{ &type_datetime, "20261122T08:26:13Z", "20261122T08:26:13Z",
		    NULL, NULL },
		{ &type_enum_vm_power_state, "Paused", "Paused", NULL, NULL },
		{ &type_enum_vm_power_state, "Flying", NULL, "is no vm_power",
		    NULL },
		{ &type_ref_VM, "OpaqueRef:NULL", "OpaqueRef:NULL", NULL,
		    NULL },
		{ &type_ref_VM, "5", NULL, "no reference", NULL },
		{ &type_set_string, "()", "[]", NULL, NULL },
		{ &type_set_string, "('a'%.'b%.c')", "[\"a\",\"b c\"]", NULL,
		    NULL },
		{ &type_set_string, "(\"a\"%.bare%._1)",
		    "[\"a\",\"bare\",\"_1\"]", NULL, "('a'%.'bare'%.'_1')" },
		{ &type_set_string, "(;%.no%.word%n'a'%.)", "[\"a\"]", NULL,
		    "('a')" },
		{ &type_set_string, "('it\\'s'%.'back\\\\slash')",
		    "[\"it's\",\"back\\\\slash\"]", NULL, NULL },
		{ &type_set_string, "('a'", NULL, "without its end", NULL },
		{ &type_set_string, "('a)", NULL, "without its end", NULL },
		{ &type_set_string, "a", NULL, "no list", NULL },
		{ &type_set_string, "()%.()", NULL, "more than one", NULL },
		{ &type_set_string, "(('a'))", NULL, "no expression", NULL },
		{ &type_map_string_string, "(('k'%.'v')%.('l'%.''))",
		    "{\"k\":\"v\",\"l\":\"\"}", NULL, NULL },
		{ &type_map_string_string, "(('k'%.'v')%.('k'%.'w'))",
		    "{\"k\":\"w\"}", NULL, "(('k'%.'w'))" },
		{ &type_map_string_string, "(('k'))", NULL,
		    "not a key and a value", NULL },
		{ &type_map_string_string, "('k'%.'v')", NULL, "no list",
		    NULL },
		{ &type_map_int_float, "(('1'%.'0.5'))", "{\"1\":0.5}", NULL,
		    NULL },
		{ &type_map_int_set_string, "(('0'%.'(\\'a\\'%.\\'b\\')'))",
		    "{\"0\":[\"a\",\"b\"]}", NULL, NULL },
	};

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		CLEANUP(arena_free) struct arena *a = arena_new(0);
		CLEANUP_BYTES struct bytes json = { 0 }, text = { 0 };
		struct type_error err;
		struct map mem;
		int rc = db_xml_get_cell(a, cases[i].type, cases[i].text,
		    strlen(cases[i].text), &mem, &err);

		if (cases[i].error) {
			CU_ASSERT_EQUAL(rc, -1);
			CU_ASSERT_SAYS(err.text, cases[i].error);
			continue;
		}
		CU_ASSERT_EQUAL_FATAL(rc, 0);
		model_to_json(cases[i].type, &mem, &json);
		CU_ASSERT_STRING_EQUAL(bytes_cstr(&json), cases[i].json);
		db_xml_put_cell(&text, cases[i].type, &mem);
		CU_ASSERT_STRING_EQUAL(bytes_cstr(&text),
		    cases[i].written ? cases[i].written : cases[i].text);
	}
}

/* ---- writing ---- */

static void
test_write(void)
{
	static const char want[] =
	    "<table name=\"secret\"><row ref=\"OpaqueRef:00000000-0000-0001-"
	    "0000-000000000002\" __ctime=\"1\" __mtime=\"1\" "
	    "_ref=\"OpaqueRef:00000000-0000-0001-0000-000000000002\" "
	    "other_config=\"(('a&lt;'%.'it\\'s%.&quot;'))\" "
	    "uuid=\"11111111-2222-3333-4444-555555555555\" "
	    "value=\"x&amp;y%%\"/></table>";
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct db *db = open_db(NULL);
	struct secret *s = BLANK(a, secret, secret);
	const char *key = "a<", *value = "it's \"";
	char *xml;

	s->r.self = (struct ref){ 1, 2 };
	s->uuid = "11111111-2222-3333-4444-555555555555";
	s->value = "x&y%";
	s->other_config = (struct map){ &key, &value, 1 };
	insert_one(db, &s->r);
	insert_one(db, blank_record(a, CLASS_session));
	xml = xml_of(db);
	CU_ASSERT_SAYS(xml, want);
	CU_ASSERT_PTR_EQUAL(
	    strstr(xml,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<database>"
		"<manifest><pair key=\"schema_major_vsn\" value=\"5\"/>"),
	    xml);
	CU_ASSERT_SAYS(xml, "<pair key=\"generation_count\" value=\"2\"/>");
	CU_ASSERT_SAYS(xml, "<table name=\"Bond\"/>");
	CU_ASSERT_SAYS(xml, "<table name=\"session\"/>"); /* not kept */
	CU_ASSERT_SAYS(xml, "<table name=\"event\"/>");
	CU_ASSERT_SAYS(xml, "</database>");
	db_close(db);
	free(xml);
}

static void
test_round_trip(void)
{
	CLEANUP_FREE char *path = strdup(quick_path("state.db"));
	CLEANUP_FREE char *xml = strdup(quick_path("state.xml"));
	CLEANUP(script_free) struct script *s = script_new(21);
	struct db *db = open_db(NULL);
	struct db_error e;
	char *text, *before, *after;

	for (int i = 0; i < 400; i++)
		CU_ASSERT_EQUAL_FATAL(script_step(s, db, &e), 0);
	before = dump_text(db, DUMP_GENERATIONS);
	text = xml_of(db);
	write_file(xml, text);
	db_close(db);
	CU_ASSERT_EQUAL(restore(path, xml), 0);
	CU_ASSERT_SAYS(report, "objects restored");
	CU_ASSERT_EQUAL(strchr(report, '\n') + 1 - report, strlen(report));
	db = open_db(path);
	after = dump_text(db, DUMP_GENERATIONS);
	CU_ASSERT_STRING_EQUAL(before, after);
	db_close(db);
	free(text);
	free(before);
	free(after);
}

/* ---- reading what others wrote ---- */

#define VM_A "OpaqueRef:00000000-0000-0001-0000-00000000000a"
#define VM_B "OpaqueRef:00000000-0000-0001-0000-00000000000b"

static const char foreign[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- by hand -->\n"
    "<database>\n <manifest><pair key=\"schema_major_vsn\" value=\"5\"/>"
    "<pair key=\"generation_count\" value=\"1000\"/></manifest>"
    "<table name=\"Starship\"><row ref=\"x\"/></table>"
    "<table name=\"VBD\"><row ref=\"OpaqueRef:00000000-0000-0001-0000-"
    "00000000000c\" VM=\"" VM_A "\" VDI=\"OpaqueRef:00000000-0000-0001-0000-"
    "0000000000ff\" uuid=\"3\"/></table>"
    "<table name=\"VM\">"
    "<row ref=\"" VM_A "\" __ctime=\"3\" __mtime=\"7\" _ref=\"" VM_A "\" "
    "VBDs=\"('OpaqueRef:00000000-0000-0001-0000-0000000000dd')\" "
    "allowed_operations=\"('start')\" name__label=\"old%_style%.&lt;a&gt;\" "
    "other_config=\"((\"k\"%.'v')%.('l'%.'it\\'s'))\" "
    "memory__target=\"much\" warp_factor=\"9\" tags=\"('a'%.b)\" uuid=\"1\"/>"
    "<row ref=\"" VM_B "\" warp_factor=\"9\" uuid=\"1\" "
    "snapshot_of=\"" VM_B "\"/>"
    "<row ref=\"" VM_A "\" uuid=\"5\"/>"
    "<row ref=\"nobody\" uuid=\"6\"/><row/>"
    "<unheard/></table>"
    "<table name=\"session\"><row ref=\"" VM_A "\"/></table>"
    "</database>";

static void
test_foreign(void)
{
	CLEANUP_FREE char *path = strdup(quick_path("foreign.db"));
	CLEANUP_FREE char *xml = strdup(quick_path("foreign.xml"));
	struct bytes b = { 0 };
	struct ref a = { 1, 0xa };
	const struct vm *vm;
	struct db *db;

	/* the attribute's double quotes have to be written as XML wants them */
	for (const char *p = foreign; *p; p++) {
		if (strncmp(p, "(\"k\"", 4) == 0) {
			bytes_puts(&b, "(&quot;k&quot;");
			p += 3;
		} else {
			bytes_putc(&b, *p);
		}
	}
	bytes_cstr(&b);
	write_file(xml, b.p);
	CU_ASSERT_EQUAL(restore(path, xml), 0);
	CU_ASSERT_SAYS(report, "table Starship is not known and was left out");
	CU_ASSERT_SAYS(report,
	    "table VM: column warp_factor is not known and was left out");
	CU_ASSERT_PTR_NULL(strstr(strstr(report, "warp") + 4, "warp"));
	CU_ASSERT_SAYS(report,
	    "memory_target: no integer: \"much\"; its default is used");
	CU_ASSERT_SAYS(report, "a row with the reference \"nobody\" was left");
	CU_ASSERT_SAYS(report, "a row with the reference \"\" was left out");
	CU_ASSERT_SAYS(report,
	    "table session: 1 rows that are not kept on disk");
	CU_ASSERT_SAYS(report, "VDI refers to an object that does not exist");
	CU_ASSERT_SAYS(report, "snapshot_of refers to the object itself");
	CU_ASSERT_SAYS(report, "uuid is that of another object: 1");
	CU_ASSERT_SAYS(report, "a second " VM_A "; left out");
	CU_ASSERT_SAYS(report, "3 objects restored");

	db = open_db(path);
	vm = DB_GET(db, VM, vm, a);
	CU_ASSERT_PTR_NOT_NULL_FATAL(vm);
	CU_ASSERT_STRING_EQUAL(vm->name_label, "old  style <a>");
	CU_ASSERT_EQUAL(vm->r.created, 3);
	CU_ASSERT_EQUAL(vm->VBDs.n, 1);
	CU_ASSERT_EQUAL(vm->allowed_operations.n, 0);
	CU_ASSERT_EQUAL(vm->memory_target, 0);
	CU_ASSERT_EQUAL(vm->other_config.n, 2);
	CU_ASSERT_EQUAL(vm->tags.n, 2);
	/* a column that was not there has its default */
	CU_ASSERT_EQUAL(vm->HVM_shadow_multiplier, 1.0);
	CU_ASSERT_TRUE(db_generation(db) > 1000);
	record_unref(&vm->r);
	db_close(db);
	bytes_free(&b);
}

/* ---- what changes nothing ---- */

static void
test_refused(void)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "", "no XML" },
		{ "no XML at all", "no XML" },
		{ "<html><body/></html>", "does not begin with <database>" },
		{ "<database><table name=\"VM\">", "no XML" },
		{ "<database><table name=\"VM\"></database>", "no XML" },
		{ "<!DOCTYPE x [<!ENTITY a \"b\">]><database/>",
		    "document type is not allowed" },
		{ "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><database/>",
		    "document type is not allowed" },
		{ "<database>&nothing;</database>", "no XML" },
		{ "<database><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"
		  "</a></a></a></a></a></a></a></a></a></a></a></a></a></a></a>"
		  "</a></database>",
		    "too deep" },
		{ "SQLite format 3\0", "is not" },
	};
	CLEANUP_FREE char *path = strdup(quick_path("kept.db"));
	CLEANUP_FREE char *from = strdup(quick_path("bad.xml"));
	struct db *db = open_db(path);
	struct ref vm = insert_vm(db, "kept");

	insert_vbd(db, vm, REF_NULL);
	CU_ASSERT_EQUAL(restore(path, from), -1);
	db_close(db);
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		if (i + 1 == UNIT_COUNT(cases)) {
			char head[5000] = "SQLite format 3";

			CU_ASSERT_EQUAL(file_write_atomic(from, head,
					    sizeof(head), 0600),
			    0);
			CU_ASSERT_EQUAL(restore(path, from), -1);
			CU_ASSERT_SAYS(why, "is no database of xapid");
			continue;
		}
		write_file(from, cases[i].text);
		CU_ASSERT_EQUAL(restore(path, from), -1);
		CU_ASSERT_SAYS(why, cases[i].says);
	}
	CU_ASSERT_EQUAL(restore(path, "/nonexistent/file"), -1);
	CU_ASSERT_SAYS(why, "No such file");
	db = open_db(path);
	write_file(from, "<database/>");
	CU_ASSERT_EQUAL(restore(path, from), -1);
	CU_ASSERT_SAYS(why, "in use by another xapid");
	CU_ASSERT_EQUAL(db_count(db, CLASS_VM), 1);
	CU_ASSERT_EQUAL(db_count(db, CLASS_VBD), 1);
	db_close(db);
}

/* ---- backups ---- */

static void
test_backup(void)
{
	CLEANUP_FREE char *path = strdup(quick_path("live.db"));
	CLEANUP_FREE char *copy = strdup(quick_path("backup.db"));
	CLEANUP(script_free) struct script *s = script_new(4);
	struct event_filter f = { .classes = { [CLASS_VM] = true } };
	uint64_t counts[CLASS_COUNT], token;
	struct db *db = open_db(path);
	char *before, *after, err[512];
	struct event_batch b;
	struct db_error e;

	for (int i = 0; i < 100; i++)
		CU_ASSERT_EQUAL_FATAL(script_step(s, db, &e), 0);
	before = dump_text(db, 0);
	/* of a database that is in use; a second one takes its place */
	CU_ASSERT_EQUAL(db_file_backup(path, copy, err, sizeof(err)), 0);
	CU_ASSERT_EQUAL(db_file_backup(path, copy, err, sizeof(err)), 0);
	for (int i = 0; i < 50; i++)
		CU_ASSERT_EQUAL_FATAL(script_step(s, db, &e), 0);
	token = db_generation(db);
	db_close(db);

	CU_ASSERT_EQUAL(restore(path, copy), 0);
	db = open_db(path);
	after = dump_text(db, 0);
	CU_ASSERT_STRING_EQUAL(before, after);
	CU_ASSERT_TRUE(db_generation(db) > token);
	CU_ASSERT_EQUAL(event_since(db, &f, token, &b, counts), EVENTS_TOO_OLD);
	db_close(db);
	free(after);
	/* and the one that was replaced is still to be had */
	CU_ASSERT_EQUAL(restore(path, quick_path("live.db.before-restore")), 0);
	db = open_db(path);
	after = dump_text(db, 0);
	CU_ASSERT_STRING_NOT_EQUAL(before, after);
	db_close(db);
	free(before);
	free(after);
	CU_ASSERT_EQUAL(db_file_backup(quick_path("none"), copy, err,
			    sizeof(err)),
	    -1);
	CU_ASSERT_SAYS(err, "No such file");
	free(report);
	report = NULL;
}

UNIT_MAIN("db_xml",
    { "cells of every type are read and written as the original does",
	test_cells },
    { "a database is written in the form of the original", test_write },
    { "a random database comes back from its XML as it was", test_round_trip },
    { "what is foreign, missing or wrong is named and the rest is kept",
	test_foreign },
    { "what cannot be restored changes nothing", test_refused },
    { "a backup of a database in use can be put back, and tokens end",
	test_backup })
