/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/crash/model.h"

#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_gen.h"

struct text {
	const char *ignored;
	struct arena *arena;
	const char **lines;
	size_t n, cap;
};

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

__attribute__((format(printf, 2, 3))) static void
line(struct text *t, const char *fmt, ...)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	char text[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 64;
		t->lines = realloc(t->lines, t->cap * sizeof(*t->lines));
		if (!t->lines)
			abort();
	}
	t->lines[t->n++] = arena_printf(t->arena, "%s", text);
}

/* ---- values ---- */

static const char *
ref_of(struct text *t, struct ref r)
{
	char text[REF_CHARS + 1];

	ref_format(r, text);
	return arena_printf(t->arena, "%s", text);
}

/* Items in order, with commas. */
static const char *
joined(struct text *t, const char **items, uint32_t n)
{
	const char *all = "";

	qsort(items, n, sizeof(*items), compare);
	for (uint32_t i = 0; i < n; i++)
		all = arena_printf(t->arena, "%s%s%s", all, i ? "," : "",
		    items[i]);
	return all;
}

static const char *
strings(struct text *t, const struct set *s)
{
	const char *const *items = s->items;
	const char **copy = arena_alloc(t->arena, (s->n + 1) * sizeof(*copy));

	for (uint32_t i = 0; i < s->n; i++)
		copy[i] = items[i];
	return joined(t, copy, s->n);
}

static const char *
refs(struct text *t, const struct set *s)
{
	const struct ref *items = s->items;
	const char **copy = arena_alloc(t->arena, (s->n + 1) * sizeof(*copy));

	for (uint32_t i = 0; i < s->n; i++)
		copy[i] = ref_of(t, items[i]);
	return joined(t, copy, s->n);
}

static const char *
pairs(struct text *t, const struct map *m)
{
	const char *const *keys = m->keys, *const *values = m->values;
	const char **copy = arena_alloc(t->arena, (m->n + 1) * sizeof(*copy));

	for (uint32_t i = 0; i < m->n; i++)
		copy[i] = arena_printf(t->arena, "%s=%s", keys[i], values[i]);
	return joined(t, copy, m->n);
}

static const char *
hex(struct text *t, const uint8_t *p, size_t n)
{
	char *out = arena_alloc(t->arena, n * 2 + 1);

	for (size_t i = 0; i < n; i++)
		sprintf(out + 2 * i, "%02x", p[i]);
	out[2 * n] = '\0';
	return out;
}

/* ---- classes ---- */

static void
secret_line(struct text *t, const char *ref, const struct record *r)
{
	line(t, "secret %s %s", ref, ((const struct secret *)r)->value);
}

static void
network_line(struct text *t, const char *ref, const struct record *r)
{
	const struct network *n = (const struct network *)r;

	line(t, "network %s %s %s", ref, n->name_label,
	    pairs(t, &n->other_config));
}

static void
message_line(struct text *t, const char *ref, const struct record *r)
{
	const struct message *m = (const struct message *)r;

	if (strcmp(m->name, "VM_CLONED") != 0)
		line(t, "message %s %s", ref, m->name);
}

static void
subject_line(struct text *t, const char *ref, const struct record *r)
{
	const struct subject *s = (const struct subject *)r;

	line(t, "subject %s %s %s", ref, s->subject_identifier,
	    refs(t, &s->roles));
}

static void
copy_line(struct text *t, const char *ref, const struct record *r)
{
	line(t, "copy %s %s", ref, ((const struct vm *)r)->name_label);
}

static void
pool_line(struct text *t, const char *ref, const struct record *r)
{
	(void)ref;
	line(t, "pool %s", ((const struct pool *)r)->name_label);
}

static void
each(struct text *t, struct db *db, int cls,
    void (*fn)(struct text *t, const char *ref, const struct record *r))
{
	const struct record **all;
	uint32_t n;

	if (db_get_all(db, cls, &all, &n) < 0)
		abort();
	for (uint32_t i = 0; i < n; i++) {
		const char *ref = ref_of(t, all[i]->self);

		if (!strstr(t->ignored, ref))
			fn(t, ref, all[i]);
	}
	db_release_all(all, n);
}

/* Those that are there anyway and are changed. */
static void
old_vms(struct text *t, struct db *db)
{
	const struct record **all;
	uint32_t n;

	if (db_get_all(db, CLASS_VM, &all, &n) < 0)
		abort();
	for (uint32_t i = 0; i < n; i++) {
		const struct vm *vm = (const struct vm *)all[i];
		const char *ref = ref_of(t, vm->r.self);

		if (strstr(t->ignored, arena_printf(t->arena, "* %s", ref)))
			line(t, "text %s %s %s", ref, vm->name_description,
			    strings(t, &vm->tags));
	}
	db_release_all(all, n);
}

/* ---- files ---- */

static void
blobs(struct text *t, struct db *db, const struct disk *d)
{
	const struct record **all;
	uint32_t n;

	if (db_get_all(db, CLASS_blob, &all, &n) < 0)
		abort();
	for (uint32_t i = 0; i < n; i++) {
		char name[UUID_CHARS + 1];
		uint8_t sum[SHA256_DIGEST_LENGTH];
		const struct disk_file *f;

		uuid_format(all[i]->self, name);
		f = disk_find(d,
		    arena_printf(t->arena, "state/blobs/%s", name));
		SHA256(f ? f->p : (const uint8_t *)"", f ? f->n : 0, sum);
		line(t, "blob %s %s", ref_of(t, all[i]->self),
		    hex(t, sum, sizeof(sum)));
	}
	db_release_all(all, n);
}

/* Of a certificate, with its key. */
static bool
fingerprint(const struct disk_file *f, uint8_t sum[EVP_MAX_MD_SIZE])
{
	BIO *b = BIO_new_mem_buf(f->p, (int)f->n);
	BIO *again = BIO_new_mem_buf(f->p, (int)f->n);
	X509 *x = PEM_read_bio_X509(b, NULL, NULL, NULL);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(again, NULL, NULL, NULL);
	bool ok = x && key && X509_check_private_key(x, key) == 1 &&
	    X509_digest(x, EVP_sha256(), sum, NULL);

	X509_free(x);
	EVP_PKEY_free(key);
	BIO_free(b);
	BIO_free(again);
	return ok;
}

/* The one that would be served. Reading it takes long, and it is nearly always
 * that of the last time. */
static void
certificate(struct text *t, const struct disk *d)
{
	static uint8_t sum[EVP_MAX_MD_SIZE];
	static struct bytes last;
	static bool good;
	const struct disk_file *f = disk_find(d, "state/xapid.pem");

	if (f &&
	    (f->n != last.len || !last.p || memcmp(f->p, last.p, f->n) != 0)) {
		last.len = 0;
		bytes_put(&last, f->p, f->n);
		good = fingerprint(f, sum);
	}
	line(t, "certificate %s",
	    f && good ? hex(t, sum, SHA256_DIGEST_LENGTH) : "none");
}

void
model_text(struct db *db, const struct disk *d, const char *ignored,
    struct bytes *out)
{
	struct text t = { .ignored = ignored, .arena = arena_new(0) };

	each(&t, db, CLASS_secret, secret_line);
	each(&t, db, CLASS_network, network_line);
	each(&t, db, CLASS_message, message_line);
	each(&t, db, CLASS_subject, subject_line);
	each(&t, db, CLASS_VM, copy_line);
	each(&t, db, CLASS_pool, pool_line);
	old_vms(&t, db);
	blobs(&t, db, d);
	certificate(&t, d);
	qsort(t.lines, t.n, sizeof(*t.lines), compare);
	for (size_t i = 0; i < t.n; i++)
		bytes_printf(out, "%s\n", t.lines[i]);
	free(t.lines);
	arena_free(t.arena);
}
