/*
 * Texts of one rule. Private to the room.
 */
#ifndef IMGPIPE_MASKS_RULE_PARSE_H
#define IMGPIPE_MASKS_RULE_PARSE_H

#include "masks.h"

/* Characters that a free rule has and a preset has not. */
#define RULE_OPERATORS "=!<>&"

/* "SCL=4-7,11" -> the need and the text of `rule`. -1 with EX_USAGE. */
int free_rule_parse(struct mask_rule *rule, const char *text, struct error *err) MUST_CHECK;

/* "scl:land+snow", "auto" -> the rule. -1 with EX_USAGE. */
int preset_parse(struct mask_rule *rule, const char *text, struct error *err) MUST_CHECK;

/* Extras that the layout has in this set (by number); those among them that add something. */
uint32_t layout_has_extras(const struct mask_layout *layout);
uint32_t layout_extras_that_add(const struct mask_layout *layout, unsigned set);

#endif
