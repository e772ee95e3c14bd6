/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between pif_scan.c (all cards of a host) and pif_card.c (the records of one). */
#ifndef XAPID_PIF_SCAN_H
#define XAPID_PIF_SCAN_H

#include "call/call.h"
#include "model/builder.h"

/* A look at the cards, in one transaction. */
struct scan {
	struct tx *t;
	struct ref host;
	const struct value
	    *answer; /* of the worker (nics.c): nics, vlans, bonds */
	const struct value *way_out; /* of the nics; NULL: none */
	struct builder b;
	unsigned made;
};

/* The records of a card that has none; managed: the API may use it. Null: the
 * transaction, or s->b, has failed. */
struct ref pif_card_make(struct scan *s, const struct value *nic, bool managed);
/* Has the record say what the card is like now. Gone: nothing. */
void pif_card_refresh(struct scan *s, struct ref pif, const struct value *nic);

#endif
