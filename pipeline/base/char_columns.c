/*
 * Blocks of Unicode whose characters take no column or two, after the properties General_Category
 * (Mn, Me) and East_Asian_Width (W, F) of Unicode 15, in blocks of scripts that stand in names of
 * files.
 */
#include "char_columns.h"

#include <stdint.h>

#include "printable.h"

struct block {
	uint32_t first, last;
	unsigned columns;
};

static const struct block blocks[] = {
	{0x0300, 0x036F, 0},   {0x0483, 0x0489, 0},   {0x0591, 0x05BD, 0},   {0x064B, 0x065F, 0},
	{0x0E31, 0x0E31, 0},   {0x0E34, 0x0E3A, 0},   {0x0E47, 0x0E4E, 0},   {0x1100, 0x115F, 2},
	{0x1AB0, 0x1ACE, 0},   {0x1DC0, 0x1DFF, 0},   {0x20D0, 0x20F0, 0},   {0x2E80, 0x303E, 2},
	{0x3041, 0x3098, 2},   {0x3099, 0x309A, 0},   {0x309B, 0x4DBF, 2},   {0x4E00, 0xA4CF, 2},
	{0xA960, 0xA97C, 2},   {0xAC00, 0xD7A3, 2},   {0xF900, 0xFAFF, 2},   {0xFE20, 0xFE2F, 0},
	{0xFE30, 0xFE6B, 2},   {0xFF01, 0xFF60, 2},   {0xFFE0, 0xFFE6, 2},   {0x1F300, 0x1F64F, 2},
	{0x1F680, 0x1F6FC, 2}, {0x1F900, 0x1FAFF, 2}, {0x20000, 0x3FFFD, 2},
};

unsigned char_columns(const char *utf8, size_t n)
{
	const uint32_t c = utf8_number(utf8, n);

	for (size_t i = 0; c >= blocks[0].first && i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if (c >= blocks[i].first && c <= blocks[i].last)
			return blocks[i].columns;
	return 1;
}
