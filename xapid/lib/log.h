/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Log lines to standard error, the journal (with fields) or syslog. Whoever
 * handles an error logs it, once; library code only returns errors. Control
 * characters in arguments are escaped; a session reference is never logged,
 * only log_track() of it. */
#ifndef XAPID_LIB_LOG_H
#define XAPID_LIB_LOG_H

#include <stdint.h>

/* As syslog numbers them: the lower, the more important. */
enum log_level {
	LOG_L_ERR = 3,
	LOG_L_WARN = 4,
	LOG_L_INFO = 6,
	LOG_L_DEBUG = 7
};

/* target: "stderr", "journal" or "syslog"; level: most verbose level kept. Not
 * called: stderr, "xapid", info. To be called before there are threads. */
void log_open(const char *target, const char *process, enum log_level level);
void log_set_level(enum log_level level);
void log_at(enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
#define log_err(...) log_at(LOG_L_ERR, __VA_ARGS__)
#define log_warn(...) log_at(LOG_L_WARN, __VA_ARGS__)
#define log_info(...) log_at(LOG_L_INFO, __VA_ARGS__)
#define log_debug(...) log_at(LOG_L_DEBUG, __VA_ARGS__)
/* What follows in this thread belongs to this W3C trace (or NULL to end):
 * logged as a field. Copied, at most 63 characters. */
void log_set_trace(const char *traceparent);
const char *log_trace(void); /* "": none */
/* 16 hexadecimal digits that stand for a secret in the log: a keyed hash, so
 * equal secrets give equal digits within one process and nothing else. */
void log_track(const char *secret, char out[17]);

#endif
