/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world/mac.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define MD5_BYTES 16

/* in and out may be the same. */
static int
md5(const void *in, size_t len, unsigned char out[MD5_BYTES])
{
	return EVP_Digest(in, len, out, NULL, EVP_md5(), NULL) == 1 ? 0 : -1;
}

int
mac_from_seed(const char *seed, unsigned device, char out[MAC_CHARS + 1])
{
	unsigned char x[MD5_BYTES], y[MD5_BYTES];

	if (md5(seed, strlen(seed), x) < 0)
		return -1;
	for (unsigned i = 0; i < 2 * device; i++)
		if (md5(x, MD5_BYTES, x) < 0)
			return -1;
	if (md5(x, MD5_BYTES, y) < 0)
		return -1;
	/* locally administered, not a group */
	x[0] = (unsigned char)((x[0] | 2) & ~1);
	snprintf(out, MAC_CHARS + 1, "%02x:%02x:%02x:%02x:%02x:%02x", x[0],
	    x[1], x[2], x[3], y[1], y[2]);
	return 0;
}

bool
mac_is_valid(const char *s)
{
	for (int i = 0; i < MAC_CHARS; i++)
		if (i % 3 == 2 ? s[i] != ':' : !isxdigit((unsigned char)s[i]))
			return false;
	return !s[MAC_CHARS];
}

bool
mac_is_of_one(const char *s)
{
	return mac_is_valid(s) && strchr("02468aceACE", s[1]) &&
	    strspn(s, "0:") < MAC_CHARS;
}
