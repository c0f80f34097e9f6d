/*
 * Presets that a quality file may be read by: in words, and by auto.
 */
#include "quality.h"

#include <stdio.h>

/* "scl", "cldprb:66": what may be typed for it. */
static void preset_text(const struct mask_layout *layout, char *text, size_t size)
{
	(void)snprintf(text, size, "%s%s", layout_name(layout),
		       layout_takes_threshold(layout) ? ":66" : "");
}

unsigned quality_layouts_of(const char *name, const char *base, char *text, size_t size)
{
	char preset[32];
	size_t used = 0;
	unsigned n = 0;

	*text = '\0';
	for (const struct mask_layout *l = layout_next(NULL); l; l = layout_next(l)) {
		if (!layout_names(l, name, base))
			continue;
		preset_text(l, preset, sizeof(preset));
		if (used < size)
			used += (size_t)snprintf(text + used, size - used, "%s%s", n ? " or " : "",
						 preset);
		n++;
	}
	return n;
}

bool quality_auto_takes(const char *name, const char *base)
{
	const struct mask_layout *fits = NULL;
	struct mask_rule rule;
	struct error err;

	for (const struct mask_layout *l = *name ? layout_next(NULL) : NULL; l;
	     l = layout_next(l)) {
		if (!layout_names(l, name, base))
			continue;
		if (fits)
			return false;
		fits = l;
	}
	return fits && mask_rule_parse(&rule, "auto", &err) == 0 && mask_takes(&rule, fits);
}
