/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Status codes, their names, and the short answers that go with refusals. */
#ifndef XAPID_RPC_STATUS_H
#define XAPID_RPC_STATUS_H

#include "lib/bytes.h"

/* "Not Found"; "Unknown" for numbers that are not in the table. */
const char *status_name(int status);
/* The HTML page of an error. */
void status_page(int status, struct bytes *out);
/* A whole answer that ends the connection: status line, headers, page.
 * header: one more line without CR LF, or NULL. */
void status_refusal(int status, const char *header, struct bytes *out);

#endif
