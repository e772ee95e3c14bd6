/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/status.h"

#include <stddef.h>

static const struct {
	int status;
	const char *name;
} names[] = {
	{ 100, "Continue" },
	{ 101, "Switching Protocols" },
	{ 200, "OK" },
	{ 204, "No Content" },
	{ 206, "Partial Content" },
	{ 301, "Moved Permanently" },
	{ 302, "Found" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorised" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 411, "Length Required" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 415, "Unsupported Media Type" },
	{ 416, "Range Not Satisfiable" },
	{ 417, "Expectation Failed" },
	{ 422, "Unprocessable Content" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Error" },
	{ 501, "Method Not Implemented" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 507, "Insufficient Storage" },
};

const char *
status_name(int status)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].status == status)
			return names[i].name;
	return "Unknown";
}

void
status_page(int status, struct bytes *out)
{
	bytes_printf(out,
	    "<html><head><title>%d %s</title></head>"
	    "<body><h1>%d %s</h1></body></html>\n",
	    status, status_name(status), status, status_name(status));
}

void
status_refusal(int status, const char *header, struct bytes *out)
{
	CLEANUP_BYTES struct bytes page = { 0 };

	status_page(status, &page);
	bytes_printf(out, "HTTP/1.1 %d %s\r\n%s%s", status, status_name(status),
	    header ? header : "", header ? "\r\n" : "");
	bytes_printf(out,
	    "Connection: close\r\nCache-Control: no-cache, no-store\r\n"
	    "Content-Type: text/html\r\nContent-Length: %zu\r\n\r\n",
	    page.len);
	bytes_put(out, page.p, page.len);
	out->failed |= page.failed;
}
