/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between talk.c (the conversation) and obey.c (what is done). */
#ifndef XAPID_CLI_TALK_PRIVATE_H
#define XAPID_CLI_TALK_PRIVATE_H

#include "cli/talk.h"

/* Little-endian, as all numbers of the protocol. */
void talk_put_int(struct bytes *b, uint32_t v);
uint32_t talk_le32(const void *p);

/* 1: it was the last one, 0: go on, -1: broken. */
int talk_obey(struct talk *t, const struct bytes *frame);

#endif
