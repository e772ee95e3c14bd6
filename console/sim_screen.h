/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Screens of simulated guests: a server of the RFB protocol (RFC 6143) for
 * each viewer, with one picture. */
#ifndef XAPID_SIM_SCREEN_H
#define XAPID_SIM_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#define SCREEN_WIDTH 640
#define SCREEN_HEIGHT 400
#define SCREEN_LINE 40 /* characters of a line of text, with the 0 */

struct picture {
	char uuid[SCREEN_LINE];
	uint32_t key;  /* the keysym pressed last; 0: none yet */
	unsigned x, y; /* where the pointer is */
	bool pressed;  /* one of its buttons is */
};

/* The pixels of a row from left to right: 0xRRGGBB. */
void picture_row(const struct picture *p, unsigned y,
    uint32_t pixels[SCREEN_WIDTH]);

/* With the lock of consoles held. A descriptor that is connected to a new
 * server for this guest; -1 and errno: none was to be had. */
int sim_screen_open(const char *uuid);

#endif
