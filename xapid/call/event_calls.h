/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Subscriptions of clients, shared by event.from, event.next and the stream of
 * events at GET /events. */
#ifndef XAPID_EVENT_CALLS_H
#define XAPID_EVENT_CALLS_H

#include "call/call.h"

/* Objects that one subscription may name (attack A31). */
#define EVENT_MAX_OBJECTS 65536u

/* A filter from subscription texts ("*", "VM", "vm/OpaqueRef:…"); classes
 * without events match nothing, as in the original. Its objects are malloc'd
 * and sorted: event_filter_free. -1: EVENT_SUBSCRIPTION_PARSE_FAILURE. */
int event_filter_parse(struct call *c, const char *const *texts, uint32_t n,
    struct event_filter *f);
void event_filter_free(struct event_filter *f);

/* "" is 0; "N,M" is N (all digits); -1: EVENT_FROM_TOKEN_PARSE_FAILURE. */
int event_token_parse(struct call *c, const char *text, uint64_t *token_r);
#define EVENT_TOKEN_CHARS 41
void event_token_format(uint64_t token, char out[EVENT_TOKEN_CHARS + 1]);

/* Seconds as event.from takes them: out of range means a day. */
int64_t event_deadline(double timeout_s);

/* Waiting calls and streams count against their user (attack A3). -1: TOO_BUSY
 * was raised; else event_count_out is due. */
int event_count_in(struct call *c);
void event_count_out(const struct call *c);

/* Ends a wait that call_free finds still there. NULL is fine. */
void event_wait_free(struct event_wait *w);
/* Registrations of event.register end with their session. */
void event_forget_session(struct core *core, struct ref session);

#endif
