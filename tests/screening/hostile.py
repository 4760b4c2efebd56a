"""300 texts of every kind that acts somewhere: ids, names and cells of a vendor's library."""

from collections.abc import Iterator

SITE = "http://evil.example/x"
FORMULAS = (
    *("=1+1", "+1+1", "-1+1", "@SUM(1,1)", f'=HYPERLINK("{SITE}","x")', "=cmd|' /C calc'!A0"),
    *("\uff1d1+1", "\uff0b1+1", "\uff0d1+1", "\uff20SUM(1,1)"),
)
"""The last four in their full-width forms."""
BEFORE = (
    *("", ",", ";", "\t", "|", "\n", "\r", "\r\n", "\0", "\x0b", "\x1b", "\x85", "\u2028"),
    *(" ", '"', "'", ';"'),
)
"""What a reader may part a cell at, or drop."""
MARKUP = (
    "<script>window.ran=1</script>",
    "</script><script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    f"<img src={SITE}.png>",
    "<svg onload=window.ran=1>",
    "'><svg/onload=window.ran=1>",
    '" onmouseover="window.ran=1',
    "' autofocus onfocus='window.ran=1",
    f"<iframe src={SITE}></iframe>",
    f"<a href={SITE}>x</a>",
    "<a href=javascript:window.ran=1>x</a>",
    f"<link rel=stylesheet href={SITE}.css>",
    f"<meta http-equiv=refresh content='0;url={SITE}'>",
    f"<base href={SITE}>",
    "<style>@import '//evil.example/x.css'</style>",
    "<object data=x></object>",
    "<form action=x><button>x</button></form>",
    "<!-- <script>",
    "]]><script>window.ran=1</script>",
    "&lt;script&gt;window.ran=1&lt;/script&gt;",
    "&#x3c;script&#x3e;window.ran=1",
    "</title><script>window.ran=1</script>",
    "</noscript><img src=x onerror=window.ran=1>",
    "</textarea><script>window.ran=1</script>",
    "<math><mi xlink:href='javascript:window.ran=1'>",
    "javascript:window.ran=1",
    "JaVaScRiPt\t:window.ran=1",
    "data:text/html,<script>window.ran=1</script>",
    "vbscript:msgbox(1)",
    "\\u003cscript\\u003ewindow.ran=1",
    "\\x3cscript\\x3e",
)
TEMPLATES: tuple[str, ...] = (
    "{{ 7 * 7 }}",
    "{% raw %}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{0.__class__}",
    "%(x)s",
)
TEMPLATES += ("%s%n", "`id`", "$(id)", "; rm -rf x", "{{constructor}}")
MARKDOWN = (
    "[x](javascript:window.ran=1)",
    f"[x]({SITE})",
    f"![x]({SITE}.png)",
    f"[x]: {SITE}",
    f"<{SITE}>",
    SITE,
    "HTTPS://evil.example",
    "www.evil.example",
    "a@evil.example",
    "mailto:a@evil.example",
    f"\\[x]({SITE})",
    f"\\\\[x]({SITE})",
    "| a | b |",
    "|---|---|",
    "```\ncode\n```",
    "~~~ x",
    "# heading",
    "- list",
    "1. list",
    "> quote",
    "**bold** __under__ ~~struck~~",
    "`code`",
    "$$x^2$$",
    "[^1]: note",
    "- [ ] task",
    "x\n===",
    "***",
    ":::note",
    "&nbsp;&copy;",
    f"[![x]({SITE}.png)]({SITE})",
    f"<details open ontoggle=window.ran=1>[x]({SITE})",
)
TERMINAL = (
    "\x1b[31mred",
    "\x1b[2J\x1b[H",
    "\x1b]0;title\x07",
    f"\x1b]8;;{SITE}\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b[6n",
    "\x1bP$q\x1b\\",
    "\x9b31mC1",
    "\x9d0;title\x9c",
    "\x07bell",
    "back\x08\x08\x08\x08space",
    "over\rwritten",
    "form\x0cfeed",
    "\x7fdelete",
    "\x00nul",
    "\u202egnp.exe",
    "\u2066isolate",
    "\u2067\u202dx",
    "\u200eleft\u200f",
    "zero\u200bwidth\u200d\ufeff",
    "\u2028line\u2029paragraph",
    "a\u0300\u0301\u0302\u0303\u0304",
    "\U000e0041tag",
    "\ufff9a\ufffab\ufffb",
)
RICH: tuple[str, ...] = (
    "[red]",
    "[/red]",
    "[bold red]x[/]",
    f"[link={SITE}]x[/link]",
    "[/]",
    "[",
    "\\[red]",
)
RICH += (":smiley:", "[@click=app.quit]x[/]")
SD_FILE: tuple[str, ...] = (
    "$$$$",
    "x\n$$$$\ny",
    "x$$$$y",
    "> <x>",
    ">  <evil>",
    "x\n> <evil>\n1\n\ny",
    "M  END",
)
SD_FILE += ("x\nM  END\n$$$$", "  0  0  0", "x\n\n\ny", "V3000", "M  V30 END CTAB", "\n\n>x")
CSV = ('"', '""', '"x', 'x"', 'a","b', 'a"\n"b', 'say "x", twice', "a,b;c|d\te", "''x", "'=1+1")
PATHS: tuple[str, ...] = (
    "../../etc/passwd",
    "/etc/passwd",
    "..\\..\\x",
    "C:\\x",
    "\\\\host\\x",
    "file:///etc/passwd",
)
PATHS += ("~/.ssh/id_rsa", "PRN", "a/b", ".", "..", "-rf", "--out=x", "x\0.csv")
LOOKS: tuple[str, ...] = (
    "007",
    "1E5",
    "NA",
    "nan",
    "TRUE",
    "2-3",
    "MAR1",
    "1/2",
    "0012345678901234567",
    "_x000D_",
)
LOOKS += ("  padded  ", "\u2400", "-0", "1,5")
LONG = ("A" * 9_000, "=1+1;" * 2_000, "<b>" * 2_000, "[" * 2_000, f"{SITE}?" + "y" * 2_000)


def _make() -> Iterator[str]:
    for formula in FORMULAS:
        for before in BEFORE:
            yield f"x{before}{formula}{before}y" if before else formula
    for formula in FORMULAS:
        yield f" \t{formula}"
    yield from (*MARKUP, *TEMPLATES, *MARKDOWN, *TERMINAL, *RICH, *SD_FILE, *CSV, *PATHS)
    yield from (*LOOKS, *LONG)


TEXTS = list(dict.fromkeys(_make()))
