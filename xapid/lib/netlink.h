/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Netlink, routes (network/) and generic (storage/nbd.c): messages are written one after another into one buffer,
 * sent together, and answered by the kernel alone.
 * (source: netlink(7), linux/netlink.h) */
#ifndef XAPID_LIB_NETLINK_H
#define XAPID_LIB_NETLINK_H

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdint.h>

#include "lib/bytes.h"

struct nl {
	struct bytes b;
	size_t at;        /* where the message that is written begins */
	uint32_t number;  /* of that message */
	uint32_t awaited; /* of the last that asks to be acknowledged */
};

/* CLEANUP_NL struct nl n = { 0 }; */
void nl_free(struct nl *n);
#define CLEANUP_NL __attribute__((cleanup(nl_free)))

/* Begins a message; fixed: what stands before its attributes. */
void nl_begin(struct nl *n, uint16_t type, uint16_t flags, const void *fixed,
    size_t len);
void nl_put(struct nl *n, uint16_t type, const void *data, size_t len);
void nl_put_u8(struct nl *n, uint16_t type, uint8_t value);
void nl_put_u32(struct nl *n, uint16_t type, uint32_t value);
void nl_put_text(struct nl *n, uint16_t type, const char *text);
/* An attribute that holds others: nl_nest … nl_nest_end(what it answered). */
size_t nl_nest(struct nl *n, uint16_t type);
void nl_nest_end(struct nl *n, size_t nest);

/* Sends all of it and waits: for the first error, or the acknowledgement of
 * the last message that asks for one. 0, or -1 and errno. */
int nl_send(int protocol, const struct nl *n);
/* Sends a question; fn sees each answer. -1 and errno; what fn answers below
 * 0 ends it. */
typedef int nl_answer_fn(void *arg, const struct nlmsghdr *answer);
int nl_ask(int protocol, const struct nl *n, nl_answer_fn *fn, void *arg);

/* An attribute of a message or of a nest, of at least `least` bytes; NULL. */
const struct rtattr *nl_find(const struct nlmsghdr *answer, size_t fixed,
    uint16_t type, size_t least);
const struct rtattr *nl_find_in(const struct rtattr *nest, uint16_t type,
    size_t least);
/* Text of an attribute, cut to size; "" for NULL. */
void nl_text(const struct rtattr *a, char *out, size_t size);
uint32_t nl_u32(const struct rtattr *a, uint32_t otherwise);

#endif
