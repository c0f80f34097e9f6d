/*
 * The rules of the page. Colours are those of svg_colour.c, by their names;
 * tests/oracle/pictures.py works out their contrast. What is wider than a screen scrolls within its
 * own box.
 */
#include "page_style.h"

#include "page.h"
#include "svg.h"

static const char text[] =
	"*{box-sizing:border-box}"
	"body{margin:0;background:var(--paper);color:var(--ink);"
	"font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif}"
	"header,nav,main{max-width:64rem;margin:0 auto;padding:0 1rem}"
	"header{padding-top:1.5rem}main{padding-bottom:4rem}"
	"h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0;overflow-wrap:anywhere}"
	"h2{font-size:1.2rem;margin:2.5rem 0 .5rem;padding-top:.5rem;"
	"border-top:1px solid var(--grid)}h3{font-size:1rem;margin:0 0 .3rem}"
	"p{max-width:46rem;margin:.6rem 0;overflow-wrap:anywhere}.lead{color:var(--quiet)}"
	"a{color:var(--series-1)}:focus-visible{outline:3px solid var(--series-1)}"
	".skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.3rem;padding:.3rem .6rem;"
	"background:var(--paper)}"
	"nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:.4rem 0;padding:0;"
	"list-style:none}"
	".note{border-left:4px solid var(--series-1);background:var(--panel);"
	"padding:.5rem .8rem;border-radius:0 6px 6px 0}"
	"pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--panel);margin:.6rem 0;"
	"padding:.5rem .8rem;border-radius:6px;font-size:.88rem}"
	"main li{max-width:46rem;overflow-wrap:anywhere}";

static const char tables[] =
	".wide{overflow-x:auto}"
	"table{border-collapse:collapse;font-size:.88rem;margin:.8rem 0;"
	"font-variant-numeric:tabular-nums}caption{text-align:left;color:var(--quiet);"
	"padding-bottom:.3rem}th,td{padding:.25rem .5rem;text-align:left;vertical-align:top;"
	"border-bottom:1px solid var(--grid)}thead th{color:var(--quiet);font-weight:600;"
	"vertical-align:bottom;border-bottom-color:var(--quiet)}"
	"tbody th{font-weight:400;min-width:7rem;max-width:20rem;overflow-wrap:anywhere}"
	"td.n,th.n{text-align:right}td.n,td.u{white-space:nowrap}"
	/* A long text takes the width that its columns have, and gives them none. */
	"td.w{color:var(--warn)}td>div{contain:inline-size;min-width:6rem;overflow-wrap:anywhere}"
	"td.f{color:var(--quiet)}td.f,td.b{padding-left:1.2rem}"
	/* Words of a whole row, and the caption, stay on a screen that is narrower than the table.
	 */
	"caption{max-width:calc(100vw - 2rem)}"
	"td.f>div,td.b>div{position:sticky;left:1.2rem;max-width:calc(100vw - 4rem)}"
	"td ul{margin:.2rem 0;padding-left:1.2rem;overflow-wrap:anywhere}"
	"table.facts{min-width:18rem}table.facts th{color:var(--quiet);min-width:6rem}"
	"table.facts td{overflow-wrap:anywhere}summary{cursor:pointer}";

/* Pictures of no data stand on a pattern that no ramp has. */
#define HOLE                                                                           \
	"background:conic-gradient(#b9bfc6 25%,#eceef0 0 50%,#b9bfc6 0 75%,#eceef0 0)" \
	" 0 0/8px 8px"

static const char pictures[] =
	"figure{margin:1.5rem 0}figure div>svg{display:block;width:100%;height:auto}"
	".slim{display:none;max-width:30rem}"
	"@media screen and (max-width:46rem){.slim{display:block}.broad{display:none}}"
	"figcaption{color:var(--quiet);font-size:.9rem;max-width:46rem;margin-top:.3rem}"
	".maps{display:grid;grid-template-columns:repeat(auto-fill,minmax(14rem,1fr));"
	"gap:1rem 1.2rem;margin:.8rem 0}"
	"figure.t{margin:0;min-width:0}figure.t img{display:block;max-width:100%;height:auto;"
	"outline:1px solid var(--quiet);outline-offset:-1px;" HOLE
	"}figure.t figcaption{font-size:.8rem;overflow-wrap:anywhere}"
	"img[src^=data]{image-rendering:pixelated}"
	".key{display:flex;flex-wrap:wrap;align-items:center;gap:.1rem .5rem;max-width:none;"
	"font-size:.88rem}.key img{height:.9rem;width:15rem;max-width:50vw}"
	".key i{display:inline-block;width:1.4rem;height:.8rem;border:1px solid var(--quiet)}"
	"span.s{white-space:nowrap}i.hole{" HOLE "}"
	"@media(max-width:34rem){.maps{grid-template-columns:repeat(auto-fill,minmax(9rem,1fr))}"
	"body{font-size:15px}}";

/*
 * A narrow screen: heads are one line high, names take no more than they need; and where rows have
 * a date, it stands with the name above the numbers, which have the whole width.
 */
static const char narrow[] =
	"@media screen and (max-width:34rem){table{font-size:.8rem}th,td{padding:.2rem .15rem}"
	"thead th{white-space:nowrap}tbody th{min-width:3rem}"
	"table:has(td.u){display:grid;grid-template-columns:repeat(7,auto);"
	"font-size:.75rem}table:has(td.u) :is(thead,tbody,tr){display:contents}"
	":is(caption,td[colspan='10']){grid-column:1/-1}"
	"table:has(td.u) :is(th:first-child,td.u,td.u+td){border:0;padding-bottom:0;min-width:0}"
	"table:has(td.u) thead th:nth-child(-n+3){display:none}"
	"table:has(td.u) tbody th{grid-column:span 4;max-width:none;font-weight:600}"
	"td.u{grid-column:span "
	"2;text-align:right}td.u+td{text-align:right}td.w[colspan='6']{grid-column:span 6}}";

/* Tables of many columns there: a row is its name, and below it pairs. The names of columns are
 * properties of the table (page_pairs_open()). */
static const char pairs[] =
	"@media screen and (max-width:34rem){table.pairs :is(caption,tbody){display:block}"
	"table.pairs{display:block}table.pairs thead{display:none}"
	"table.pairs tr{display:grid;grid-template-columns:repeat(auto-fill,minmax(6.6rem,1fr));"
	"gap:0 .9rem;padding:.3rem 0;border-bottom:1px solid var(--grid)}"
	"table.pairs :is(th,td){border:0;padding:.05rem 0}"
	"table.pairs :is(th,td[colspan]){grid-column:1/-1;max-width:none}"
	"table.pairs th{font-weight:600}"
	"table.pairs td:not([colspan]){display:flex;flex-wrap:wrap;justify-content:flex-end;"
	"column-gap:.5rem}"
	"table.pairs td:not([colspan])::before{content:var(--name);color:var(--quiet);"
	"white-space:normal;text-align:left;margin-right:auto;max-width:68%}";

static void put_pairs(FILE *out)
{
	fputs(pairs, out);
	for (int i = 2; i <= PAGE_PAIRS_MOST; i++)
		fprintf(out, ".pairs td:nth-child(%d){--name:var(--c%d)}", i, i);
	fputs("}", out);
}

/* Whatever is folded is unfolded, where the browser can; nothing is cut between two sheets. */
static const char paper[] =
	"@page{size:A4;margin:15mm 13mm}"
	"@media print{body{font-size:10pt}figure{margin:1rem 0}"
	"header,main{max-width:none;padding:0}nav,.skip{display:none}"
	".wide{overflow:visible}table{font-size:8pt}"
	"th,td{padding:.15rem .3rem}tbody th{min-width:0}"
	"h2+p,p:has(+figure){break-after:avoid}"
	"tr,figure,.note,li,pre,.wide{break-inside:avoid}.wide:has(td.f),tr:has(>td.f){break-"
	"inside:auto}h2,h3,"
	"caption,thead{break-after:avoid}"
	"thead{display:table-header-group}img,svg,i{print-color-adjust:exact;"
	"-webkit-print-color-adjust:exact}"
	/* Rows of a grid are cut between two sheets, lines of blocks are not. */
	".maps{display:block;orphans:1;widows:1}figure.t{display:inline-block;width:23.5%;margin:0 "
	"1% 1rem 0;"
	"vertical-align:top}"
	"tr:has(+tr>td.f),tr:has(+tr>td.b){break-after:avoid}main>figure:last-child{break-before:"
	"avoid}caption,td>div{max-width:none!important}figure.t figcaption{font-size:7pt}"
	"details::details-content{content-visibility:visible;display:block}}";

void page_style(FILE *out)
{
	svg_properties(out);
	fputs(text, out);
	fputs(tables, out);
	fputs(pictures, out);
	fputs(narrow, out);
	put_pairs(out);
	svg_rules(out);
	fputs(paper, out);
}
