/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The picture on the screen of a simulated guest: colour bars, what it is, and
 * what was typed and pointed at last, so that one sees one's input arrive. */
#include <stdio.h>
#include <string.h>

#include "console/sim_screen.h"

#define GLYPH_WIDTH 5
#define GLYPH_HEIGHT 7
#define SCALE 2
#define CELL_WIDTH ((GLYPH_WIDTH + 1) * SCALE)
#define TEXT_TOP 260
#define LINE_HEIGHT 24
#define LINES 3
#define BARS_BOTTOM 220
#define POINTER_SIZE 8

/* Rows from above, the leftmost dot in bit 4. */
static const struct glyph {
	char c;
	unsigned char rows[GLYPH_HEIGHT];
} glyphs[] = {
	{ '-', { 0x00, 0x00, 0x00, 0x1f, 0x00, 0x00, 0x00 } },
	{ '0', { 0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e } },
	{ '1', { 0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e } },
	{ '2', { 0x0e, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1f } },
	{ '3', { 0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e } },
	{ '4', { 0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02 } },
	{ '5', { 0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e } },
	{ '6', { 0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e } },
	{ '7', { 0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08 } },
	{ '8', { 0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e } },
	{ '9', { 0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c } },
	{ 'A', { 0x0e, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11 } },
	{ 'B', { 0x1e, 0x11, 0x11, 0x1e, 0x11, 0x11, 0x1e } },
	{ 'C', { 0x0e, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0e } },
	{ 'D', { 0x1e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1e } },
	{ 'E', { 0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f } },
	{ 'F', { 0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x10 } },
	{ 'G', { 0x0e, 0x11, 0x10, 0x17, 0x11, 0x11, 0x0f } },
	{ 'I', { 0x0e, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e } },
	{ 'K', { 0x11, 0x12, 0x14, 0x18, 0x14, 0x12, 0x11 } },
	{ 'L', { 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1f } },
	{ 'M', { 0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11 } },
	{ 'S', { 0x0f, 0x10, 0x10, 0x0e, 0x01, 0x01, 0x1e } },
	{ 'T', { 0x1f, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04 } },
	{ 'U', { 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e } },
	{ 'Y', { 0x11, 0x11, 0x0a, 0x04, 0x04, 0x04, 0x04 } },
};

static const struct glyph *
glyph_of(char c)
{
	if (c >= 'a' && c <= 'z')
		c -= 'a' - 'A';
	for (size_t i = 0; i < sizeof(glyphs) / sizeof(*glyphs); i++)
		if (glyphs[i].c == c)
			return &glyphs[i];
	return NULL; /* a blank */
}

static bool
is_dot(const char *line, unsigned x, unsigned row)
{
	size_t len = strlen(line);
	unsigned left = (SCREEN_WIDTH - (unsigned)len * CELL_WIDTH) / 2;
	unsigned column = (x - left) % CELL_WIDTH / SCALE;
	const struct glyph *g;

	if (x < left || x - left >= len * CELL_WIDTH || column >= GLYPH_WIDTH)
		return false;
	g = glyph_of(line[(x - left) / CELL_WIDTH]);
	return g && g->rows[row] >> (GLYPH_WIDTH - 1 - column) & 1;
}

static void
describe(const struct picture *p, char lines[LINES][SCREEN_LINE])
{
	snprintf(lines[0], SCREEN_LINE, "SIMULATED GUEST");
	snprintf(lines[1], SCREEN_LINE, "%s", p->uuid);
	if (p->key)
		snprintf(lines[2], SCREEN_LINE, "KEY %04X", p->key);
	else
		lines[2][0] = '\0';
}

static uint32_t
background(unsigned x, unsigned y)
{
	unsigned bar = x * 8 / SCREEN_WIDTH; /* white to black */

	if (y >= BARS_BOTTOM)
		return 0;
	return (bar & 2 ? 0 : 0xff0000u) | (bar & 4 ? 0 : 0xff00u) |
	    (bar & 1 ? 0 : 0xffu);
}

void
picture_row(const struct picture *p, unsigned y, uint32_t pixels[SCREEN_WIDTH])
{
	char lines[LINES][SCREEN_LINE];
	unsigned line = y >= TEXT_TOP ? (y - TEXT_TOP) / LINE_HEIGHT : LINES;
	unsigned row = (y - TEXT_TOP) % LINE_HEIGHT / SCALE;

	describe(p, lines);
	for (unsigned x = 0; x < SCREEN_WIDTH; x++) {
		pixels[x] = background(x, y);
		if (line < LINES && row < GLYPH_HEIGHT &&
		    is_dot(lines[line], x, row))
			pixels[x] = 0xffffff;
		if (x - p->x < POINTER_SIZE && y - p->y < POINTER_SIZE)
			pixels[x] ^= p->pressed ? 0xff00ffu : 0xffffffu;
	}
}
