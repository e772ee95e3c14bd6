/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GET /pool/xmldbdump: the whole database in the original's form, one moment
 * of it, written as it is made. */
#include "call/http.h"
#include "db/db_xml.h"

static int
send_piece(void *arg, const void *data, size_t len)
{
	return http_write(arg, data, len);
}

void
http_get_xmldbdump(struct http_exchange *x, struct call *c)
{
	static const char *const headers[] = { "Content-Type: text/xml",
		"Cache-Control: no-cache, no-store", NULL };

	if (http_begin(x, 200, headers, -1, true) < 0)
		return;
	if (db_xml_write(c->db, send_piece, x) < 0)
		http_cut(x);
}
