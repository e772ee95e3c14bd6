/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line is put together on the stack and handed over in one piece, so that
 * threads need no lock and lines never mix. What arguments bring from outside
 * cannot begin a new line, nor reach a terminal as an escape sequence. */
#include "lib/log.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/uio.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>
#ifdef HAVE_LIBSYSTEMD
#include <systemd/sd-journal.h>
#endif

#include "lib/clock.h"
#include "lib/log_remote.h"
#include "lib/logring.h"
#include "lib/text.h"

#define TEXT_MAX 2048 /* bytes of a message; longer ones end in "..." */
#define TRACE_MAX 63  /* characters */
#define KEY_BYTES 32
#define TRACK_BYTES 8 /* of the hash, as 16 digits */

typedef void sink_fn(enum log_level level, const char *text, size_t len);

static sink_fn to_stderr, to_syslog, to_journal;

/* Set by log_open, before there are threads. */
static sink_fn *sink = to_stderr;
static char process[32] = "xapid";

static _Atomic int max_level = LOG_L_INFO;
static _Thread_local char trace[TRACE_MAX + 1];

static const char *const level_names[] = {
	[LOG_L_ERR] = "error",
	[LOG_L_WARN] = "warning",
	[LOG_L_INFO] = "info",
	[LOG_L_DEBUG] = "debug",
};

static const struct target {
	const char *name;
	sink_fn *sink;
} targets[] = {
	{ "stderr", to_stderr },
	{ "syslog", to_syslog },
	{ "journal", to_journal },
};

void
log_open(const char *target, const char *name, enum log_level level)
{
	sink = to_stderr;
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
		if (strcmp(target, targets[i].name) == 0)
			sink = targets[i].sink;
	snprintf(process, sizeof process, "%s", name);
	/* syslog() keeps the address, hence of our own copy. */
	openlog(process, LOG_PID | LOG_NDELAY, LOG_DAEMON);
	log_set_level(level);
}

void
log_set_level(enum log_level level)
{
	atomic_store_explicit(&max_level, (int)level, memory_order_relaxed);
}

void
log_set_trace(const char *traceparent)
{
	size_t n = 0;

	for (; traceparent && traceparent[n] && n < TRACE_MAX; n++)
		trace[n] = isalnum((unsigned char)traceparent[n]) ||
			traceparent[n] == '-'
		    ? traceparent[n]
		    : '?';
	trace[n] = '\0';
}

const char *
log_trace(void)
{
	return trace;
}

/* "20261122T08:26:13.123Z xapid[17] error: text trace=..." */
static void
to_stderr(enum log_level level, const char *text, size_t len)
{
	char date[DATE_CHARS + 1], line[4 * TEXT_MAX + 256];
	struct timespec now;
	int n;

	clock_gettime(CLOCK_REALTIME, &now);
	date_format(now.tv_sec, date);
	n = snprintf(line, sizeof line, "%.*s.%03dZ %s[%d] %s: %.*s%s%s\n",
	    DATE_CHARS - 1, date, (int)(now.tv_nsec / NSEC_PER_MSEC), process,
	    (int)getpid(), level_names[level], (int)len, text,
	    trace[0] ? " trace=" : "", trace);
	while (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0)
		if (errno != EINTR)
			break; /* nobody is left to be told */
}

static void
to_syslog(enum log_level level, const char *text, size_t len)
{
	syslog((int)level, "%.*s%s%s", (int)len, text,
	    trace[0] ? " trace=" : "", trace);
}

#ifdef HAVE_LIBSYSTEMD
static void
to_journal(enum log_level level, const char *text, size_t len)
{
	char priority[32], ident[64], message[4 * TEXT_MAX + 16];
	char parent[TRACE_MAX + 16];
	struct iovec fields[] = {
		{ message,
		    (size_t)snprintf(message, sizeof message, "MESSAGE=%.*s",
			(int)len, text) },
		{ priority,
		    (size_t)snprintf(priority, sizeof priority, "PRIORITY=%d",
			(int)level) },
		{ ident,
		    (size_t)snprintf(ident, sizeof ident,
			"SYSLOG_IDENTIFIER=%s", process) },
		{ parent,
		    (size_t)snprintf(parent, sizeof parent, "TRACEPARENT=%s",
			trace) },
	};

	if (sd_journal_sendv(fields, trace[0] ? 4 : 3) < 0)
		to_syslog(level, text, len);
}
#else
static void
to_journal(enum log_level level, const char *text, size_t len)
{
	to_syslog(level, text, len);
}
#endif

/* Copies with control characters, and what is not clean UTF-8, as \n or \x1b;
 * out has room for four times len. Answers the length. */
static size_t
escape(const char *text, size_t len, char *out)
{
	static const char hex[] = "0123456789abcdef";
	const bool utf8 = text_is_clean(text, len);
	char *p = out;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		/* U+0080 to U+009F, which terminals obey too */
		bool c1 = c == 0xc2 && i + 1 < len &&
		    (unsigned char)text[i + 1] < 0xa0;

		if (c == '\n') {
			*p++ = '\\';
			*p++ = 'n';
		} else if (c >= 0x20 && c != 0x7f && (c < 0x80 || utf8) &&
		    !c1) {
			*p++ = (char)c;
		} else {
			*p++ = '\\';
			*p++ = 'x';
			*p++ = hex[c >> 4];
			*p++ = hex[c & 15];
		}
	}
	return (size_t)(p - out);
}

/* "20261122T08:26:13Z error: text" */
static void
remember(enum log_level level, const char *text, size_t len)
{
	char date[DATE_CHARS + 1], line[4 * TEXT_MAX + 64];
	int n;

	date_format(clock_wall_sec(), date);
	n = snprintf(line, sizeof line, "%s %s: %.*s", date, level_names[level],
	    (int)len, text);
	if (n > 0)
		logring_add(line, (size_t)n);
}

void
log_at(enum log_level level, const char *fmt, ...)
{
	char text[TEXT_MAX + 1], safe[4 * TEXT_MAX];
	int n, saved = errno; /* for %m, and for the caller */
	size_t len;
	va_list ap;

	if ((int)level > atomic_load_explicit(&max_level, memory_order_relaxed))
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n > TEXT_MAX) {
		n = TEXT_MAX;
		memset(text + n - 3, '.', 3);
	}
	if (n >= 0) {
		len = escape(text, (size_t)n, safe);
		sink(level, safe, len);
		log_remote_line((int)level, safe, len);
		remember(level, safe, len);
	}
	errno = saved;
}

static unsigned char track_key[KEY_BYTES];

static void
track_key_draw(void)
{
	while (getrandom(track_key, sizeof track_key, 0) != sizeof track_key)
		if (errno != EINTR)
			abort(); /* a known key would give secrets away */
}

/* Who calls calls again, and a hash costs as much as many a call: each thread
 * remembers its last. */
void
log_track(const char *secret, char out[17])
{
	static const char digits[] = "0123456789abcdef";
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static _Thread_local struct {
		char secret[64], track[17];
	} last;
	unsigned char hash[EVP_MAX_MD_SIZE] = { 0 };
	size_t len = strlen(secret);

	if (len > 0 && strcmp(secret, last.secret) == 0) {
		memcpy(out, last.track, sizeof(last.track));
		return;
	}
	pthread_once(&once, track_key_draw);
	/* Without memory it is all zeros: no help, and no secret either. */
	HMAC(EVP_sha256(), track_key, KEY_BYTES, (const unsigned char *)secret,
	    len, hash, NULL);
	for (int i = 0; i < TRACK_BYTES; i++) {
		out[2 * i] = digits[hash[i] >> 4];
		out[2 * i + 1] = digits[hash[i] & 15];
	}
	out[2 * TRACK_BYTES] = '\0';
	if (len < sizeof(last.secret)) {
		memcpy(last.secret, secret, len + 1);
		memcpy(last.track, out, sizeof(last.track));
	}
}
