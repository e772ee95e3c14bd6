/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The audit log: who changed what, and who was not allowed to.
 *
 *   [20261122T10:00:00.123Z|info|HOST|TASK|audit] ('trackid=16 digits' 'SID'
 *   'USER' 'ALLOWED' 'OK' 'API' 'VM.start' (('self' 'NAME' 'UUID' 'REF') …))
 *
 * on one line; the part in brackets is what readers select by. Behind the task
 * stands " trace=…" when the call came with a traceparent. A failed call
 * has ERROR:CODE in the place of OK. No secret gets here: parameters of secret
 * methods are left out, a session is shown by its track, and of a map only the
 * keys, since its values are where people put passwords.
 *
 * Lines go out with one write each and are not synced: the log is for looking
 * back, not for restoring from. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

#include "access/session.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/log_remote.h"

#define FILE_BYTES (10 << 20)
#define FILES 10        /* audit.log, audit.log.1, … */
#define VALUE_BYTES 200 /* of one argument */
#define LINE_BYTES 4096
#define COMPLAIN_NS (60 * NSEC_PER_SEC)

static struct {
	pthread_mutex_t lock; /* everything below */
	char path[4096];      /* "": not open */
	int fd;               /* -1: not open, or it went wrong */
	off_t size;
	uint64_t lost;      /* lines, since the last that was written */
	int64_t complained; /* when the log last said so, monotonic */
	char host[65];      /* set before the first line; no lock */
} audit = { .lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1 };

/* ---- what is worth a line ---- */

static role_mask
everybody(void)
{
	return (role_mask)((1u << role_count) - 1);
}

/* Reading is not audited; nor is what a read-only role may do, which changes
 * nothing but the caller's own sessions and tasks. */
static bool
is_change(const struct method *m)
{
	switch (m->kind) {
	case METHOD_SETTER:
	case METHOD_ADD:
	case METHOD_REMOVE:
	case METHOD_CREATE:
	case METHOD_DESTROY:
		return true;
	case METHOD_EXPLICIT:
		return m->cls == CLASS_session || m->roles != everybody();
	default:
		return false;
	}
}

static bool
was_denied(const char *const *error, unsigned nerror)
{
	return nerror && strcmp(error[0], "RBAC_PERMISSION_DENIED") == 0;
}

/* ---- pieces of a line ---- */

static void
put_char(struct bytes *out, unsigned char ch)
{
	if (ch == '\'' || ch == '\\')
		bytes_putc(out, '\\');
	if (ch < 0x20 || ch == 0x7f)
		bytes_printf(out, "\\x%02x", ch);
	else
		bytes_putc(out, (char)ch);
}

/* At most n bytes, and no piece of a character at the end. */
static size_t
whole_characters(const char *text, size_t n)
{
	while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

/* 'text', cut at VALUE_BYTES. */
static void
put_quoted(struct bytes *out, const char *text, size_t len)
{
	size_t n =
	    len > VALUE_BYTES ? whole_characters(text, VALUE_BYTES) : len;

	bytes_putc(out, '\'');
	for (size_t i = 0; i < n; i++)
		put_char(out, (unsigned char)text[i]);
	if (n < len)
		bytes_puts(out, "...");
	bytes_putc(out, '\'');
}

static void
put_word(struct bytes *out, const char *text)
{
	put_quoted(out, text, strlen(text));
	bytes_putc(out, ' ');
}

static void
put_track(struct bytes *out, struct ref session)
{
	char text[REF_CHARS + 1], track[17] = "";

	if (!ref_is_null(session)) {
		ref_format(session, text);
		log_track(text, track);
	}
	bytes_printf(out, "'trackid=%s' ", track);
}

/* Whether what goes by this name is likely to be a secret. */
static bool
sounds_secret(const char *name)
{
	static const char *const parts[] = { "passw", "pwd", "secret",
		"private_key", "token" };

	for (size_t i = 0; i < sizeof(parts) / sizeof *parts; i++)
		if (strcasestr(name, parts[i]))
			return true;
	return false;
}

static const char *
text_field(const struct record *r, int field)
{
	if (!r || field < 0)
		return "";
	return *(const char *const *)record_field(r, &r->cls->fields[field]);
}

static void
put_names(struct bytes *out, const struct record *r)
{
	put_word(out, text_field(r, r ? r->cls->name_label_field : -1));
	put_quoted(out, text_field(r, r ? r->cls->uuid_field : -1),
	    strlen(text_field(r, r ? r->cls->uuid_field : -1)));
}

/* Name and uuid of the object, and its reference. */
static void
put_ref(struct bytes *out, const struct call *c, const struct type *type,
    struct ref ref)
{
	const bool stored = type->cls >= 0 && class_table[type->cls].stored;
	CLEANUP(record_unref)
	const struct record *r = stored ? db_get(c->db, type->cls, ref) : NULL;
	char text[REF_CHARS + 1];

	put_names(out, r);
	bytes_printf(out, " '%s'", ref_format(ref, text) ? text : "");
}

static void
put_keys(struct bytes *out, const struct type *type, const struct map *m)
{
	CLEANUP_BYTES struct bytes keys = { 0 };
	const char *key = m->keys;

	for (uint32_t i = 0; i < m->n && keys.len <= VALUE_BYTES; i++) {
		model_to_json(type->key, key, &keys);
		bytes_putc(&keys, ' ');
		key += type->key->size;
	}
	put_quoted(out, keys.p ? keys.p : "", keys.len ? keys.len - 1 : 0);
	bytes_puts(out, " '' ''");
}

static void
put_plain(struct bytes *out, const struct type *type, const void *mem)
{
	CLEANUP_BYTES struct bytes text = { 0 };

	model_to_json(type, mem, &text);
	put_quoted(out, text.p ? text.p : "", text.len);
	bytes_puts(out, " '' ''");
}

static void
put_value(struct bytes *out, const struct call *c, const struct type *type,
    const void *mem)
{
	const struct record *r;

	switch (type->kind) {
	case TYPE_SECRET:
		bytes_puts(out, "'(secret)' '' ''");
		break;
	case TYPE_REF:
		if (type->cls == CLASS_session)
			put_track(out, *(const struct ref *)mem);
		else
			put_ref(out, c, type, *(const struct ref *)mem);
		break;
	case TYPE_MAP:
		put_keys(out, type, mem);
		break;
	case TYPE_RECORD:
		r = *(const struct record *const *)mem;
		put_names(out, r);
		bytes_puts(out, " ''");
		break;
	default:
		put_plain(out, type, mem);
	}
}

/* ---- arguments ---- */

static const void *
argument(const struct call *c, const struct param *p)
{
	return (const char *)c->args + p->offset;
}

/* add_to_MAP: the value belongs to a map. */
static bool
is_map_value(const struct method *m, const struct param *p)
{
	return strcmp(p->name, "value") == 0 && p > m->params &&
	    strcmp(p[-1].name, "key") == 0;
}

static bool
is_hidden(const struct method *m, const struct param *p)
{
	return m->secret || is_map_value(m, p) || sounds_secret(p->name) ||
	    (m->cls == CLASS_secret && p->type->kind == TYPE_STRING);
}

static void
put_arguments(struct bytes *out, const struct call *c)
{
	const struct method *m = c->method;

	bytes_putc(out, '(');
	for (unsigned i = 0; c->args && i < m->nparams; i++) {
		const struct param *p = &m->params[i];

		bytes_putc(out, '(');
		put_word(out, p->name);
		if (is_hidden(m, p))
			bytes_puts(out, "'(hidden)' '' ''");
		else
			put_value(out, c, p->type, argument(c, p));
		bytes_puts(out, ") ");
	}
	if (m->result->kind == TYPE_REF && m->result->cls != CLASS_session &&
	    c->result && !c->nerror) {
		bytes_puts(out, "('result' ");
		put_value(out, c, m->result, c->result);
		bytes_puts(out, ") ");
	}
	if (out->len && out->p[out->len - 1] == ' ')
		out->len--;
	bytes_puts(out, "))");
}

static void
put_head(struct bytes *out, const struct call *c)
{
	struct timespec now;
	char date[DATE_CHARS + 1], task[UUID_CHARS + 1] = "";
	const char *trace = log_trace();

	clock_gettime(CLOCK_REALTIME, &now);
	date_format(now.tv_sec, date);
	if (!ref_is_null(c->task))
		uuid_format(c->task, task);
	bytes_printf(out, "[%.*s.%03ldZ|info|%s|%s%s%s|audit] ", DATE_CHARS - 1,
	    date, now.tv_nsec / NSEC_PER_MSEC, audit.host, task,
	    *trace ? " trace=" : "", trace);
}

static void
put_line(struct bytes *out, const struct call *c, bool allowed,
    const char *const *error, unsigned nerror)
{
	put_head(out, c);
	bytes_putc(out, '(');
	put_track(out, c->caller.session);
	put_word(out,
	    c->caller.local_superuser ? "LOCAL_SUPERUSER" : c->caller.sid);
	put_word(out, c->caller.user);
	bytes_printf(out, "'%s' ", allowed ? "ALLOWED" : "DENIED");
	if (nerror)
		bytes_printf(out, "'ERROR:%s' ", error[0]);
	else
		bytes_puts(out, "'OK' ");
	bytes_printf(out, "'API' '%s' ", c->method->name);
	put_arguments(out, c);
	if (out->len > LINE_BYTES) {
		out->len = whole_characters(out->p, LINE_BYTES - 8);
		bytes_puts(out, " ...))");
	}
	bytes_putc(out, '\n');
}

/* ---- the file ---- */

static void
file_name(char out[4128], unsigned i)
{
	snprintf(out, 4128, i ? "%s.%u" : "%s", audit.path, i);
}

static void
file_open(void)
{
	struct stat st;

	audit.fd = fault_open(audit.path,
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	audit.size = 0;
	if (audit.fd >= 0 && fstat(audit.fd, &st) == 0)
		audit.size = st.st_size;
}

static void
file_close(void)
{
	if (audit.fd >= 0)
		close(audit.fd);
	audit.fd = -1;
}

static void
rotate(void)
{
	char from[4128], to[4128];

	file_close();
	for (unsigned i = FILES - 1; i > 0; i--) {
		file_name(from, i - 1);
		file_name(to, i);
		(void)fault_rename(from, to); /* not all are there yet */
	}
	file_open();
}

static void
lose_line(void)
{
	int64_t now = clock_mono_ns();

	audit.lost++;
	if (audit.complained && now - audit.complained < COMPLAIN_NS)
		return;
	audit.complained = now;
	log_err("audit log %s: %m; lines are lost until it can be written",
	    audit.path);
}

/* A piece of a line that went out before the disk was full is taken back. */
static int
append(const char *p, size_t len)
{
	if (audit.fd < 0)
		file_open();
	if (audit.fd < 0)
		return -1;
	if (file_write_full(audit.fd, p, len) < 0) {
		int saved = errno;

		(void)!ftruncate(audit.fd, audit.size);
		errno = saved;
		return -1;
	}
	audit.size += (off_t)len;
	return 0;
}

static void
tell_lost(void)
{
	char text[96];
	int n = snprintf(text, sizeof(text), "# %llu lines were lost\n",
	    (unsigned long long)audit.lost);

	if (append(text, (size_t)n) == 0) {
		audit.lost = 0;
		audit.complained = 0;
	}
}

static void
write_line(const char *p, size_t len)
{
	log_remote_send("xapid-audit", p, len);
	LOCK_SCOPE(&audit.lock);
	if (!audit.path[0])
		return;
	if (audit.size && audit.size + (off_t)len > FILE_BYTES)
		rotate();
	if (audit.lost)
		tell_lost();
	if (audit.lost || append(p, len) < 0)
		lose_line();
}

void
audit_call(const struct call *c, bool allowed, const char *const *error,
    unsigned nerror)
{
	CLEANUP_BYTES struct bytes line = { 0 };

	if (was_denied(error, nerror))
		allowed = false;
	if (!c->method || (allowed && !is_change(c->method)))
		return;
	put_line(&line, c, allowed, error, nerror);
	if (line.failed)
		log_err("audit log: no memory for a line");
	else
		write_line(line.p, line.len);
}

int
audit_open(const char *state_dir)
{
	LOCK_SCOPE(&audit.lock);
	int n =
	    snprintf(audit.path, sizeof(audit.path), "%s/audit.log", state_dir);

	if (gethostname(audit.host, sizeof(audit.host) - 1) < 0)
		strcpy(audit.host, "localhost");
	audit.lost = 0;
	audit.complained = 0;
	if (n < 0 || (size_t)n >= sizeof(audit.path))
		errno = ENAMETOOLONG;
	else
		file_open();
	if (audit.fd < 0)
		audit.path[0] = '\0';
	return audit.fd < 0 ? -1 : 0;
}

void
audit_close(void)
{
	LOCK_SCOPE(&audit.lock);

	file_close();
	audit.path[0] = '\0';
}
