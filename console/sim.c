/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Consoles of simulated guests. They say that they are simulated, and answer
 * what is typed with itself: enough to try every way that leads to a console.
 * One exists once somebody asks for it. */
#include <stdio.h>
#include <string.h>

#include "console/consoles.h"
#include "console/sim_screen.h"

#define PROMPT "simulated> "

static struct guest *
find(const char *uuid)
{
	struct guest *g = guest_find(uuid);
	char text[160];
	int n;

	if (g)
		return g;
	g = guest_new(uuid);
	if (!g)
		return NULL;
	n = snprintf(text, sizeof(text),
	    "\r\nSimulated guest %s: no system runs in it.\r\nGUEST UP\r\n" PROMPT,
	    uuid);
	guest_say(g, text, (size_t)n);
	return g;
}

static ssize_t
type(struct guest *g, const char *p, size_t n)
{
	size_t plain = 0;

	while (plain < n && p[plain] != '\r' && p[plain] != '\n')
		plain++;
	if (plain > 0)
		guest_say(g, p, plain);
	else
		guest_say(g, "\r\n" PROMPT, strlen("\r\n" PROMPT));
	return plain > 0 ? (ssize_t)plain : 1;
}

const struct console_backend console_simulator = {
	.find = find,
	.type = type,
	.screen = sim_screen_open,
};
