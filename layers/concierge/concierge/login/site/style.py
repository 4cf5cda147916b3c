"""The style of the pages: one accent, the system's own font, light and dark, and it bends to what the reader set."""

from __future__ import annotations

from concierge.login.site.markup import Html

STYLE = Html("""
:root {
  color-scheme: light dark;
  --page: #f5f6f8; --card: #fff; --text: #171a21; --soft: #565d6b; --line: #d9dce3; --edge: #858c9a;
  --accent: #3346c9; --on-accent: #fff; --tint: #eef0fd; --shadow: 0 1px 2px #171a2112, 0 8px 24px #171a210d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101218; --card: #191c25; --text: #eceef3; --soft: #a9b0be; --line: #2e333f; --edge: #717a8b;
    --accent: #a5b1ff; --on-accent: #12152b; --tint: #23283f; --shadow: none;
  }
}
@media (prefers-contrast: more) { :root { --soft: var(--text); --line: var(--edge); } }
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  min-height: 100vh; margin: 0; padding: 0 1.25rem; display: flex; flex-direction: column; align-items: center;
  background: var(--page); color: var(--text); overflow-wrap: anywhere;
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Apple SD Gothic Neo", "Malgun Gothic",
    "Noto Sans KR", "Noto Sans CJK KR", sans-serif;
}
:lang(ko) { word-break: keep-all; }
[hidden] { display: none !important; }
h1, h2, p, ol, ul { margin: 0; padding: 0; }
h1 { font-size: 1.625rem; line-height: 1.25; letter-spacing: -.015em; text-wrap: balance; }
:lang(ko) h1 { letter-spacing: -.03em; }
h2 { font-size: 1rem; line-height: 1.4; }
strong { font-weight: 600; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
header, main, footer { width: 100%; max-width: 38rem; }
.wide header, .wide main, .wide footer { max-width: 58rem; }
header {
  display: flex; align-items: center; gap: .625rem; padding: clamp(1.25rem, 5vh, 3rem) 0 1.25rem;
  font-weight: 600; font-size: .9375rem;
}
header svg { width: 1.75rem; height: 1.75rem; color: var(--accent); flex: none; }
main {
  padding: clamp(1.5rem, 5vw, 2.5rem); background: var(--card);
  border: 1px solid var(--line); border-radius: 1rem; box-shadow: var(--shadow);
}
footer { padding: 1.25rem 0 2.5rem; color: var(--soft); font-size: .875rem; }
.soft { color: var(--soft); }
.soft strong { color: var(--text); }
h1 { margin-bottom: .75rem; }
#keys { display: block; }
p + p { margin-top: .75rem; }
code {
  display: inline-block; font: .9375em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
  user-select: all; -webkit-user-select: all;
}
.reference { margin-top: 1.75rem; padding: .875rem 1rem; border-radius: .625rem; border: 1px solid var(--line); }
.reference { background: var(--page); }
.reference span { display: block; font-size: .875rem; color: var(--soft); }

.workspaces { list-style: none; display: grid; gap: .75rem; margin-top: 1.75rem; outline: none; }
.wide .workspaces { grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); }
.workspaces a {
  display: block; height: 100%; padding: 1rem 1.125rem; border: 1px solid var(--edge); border-radius: .75rem;
  color: inherit; text-decoration: none; transition: border-color .12s, background-color .12s;
}
.workspaces a:hover { border-color: var(--accent); background: var(--tint); }
.workspaces a:active { background: var(--card); }
.about { display: block; font-size: .9375rem; line-height: 1.5; }
.top { display: flex; align-items: flex-start; gap: .75rem; margin-bottom: .125rem; }
.title { flex: 1; min-width: 0; font-size: 1.125rem; line-height: 1.45; font-weight: 600; }
.place { margin-top: .375rem; color: var(--soft); font-size: .8125rem; font-variant-numeric: tabular-nums; }
.workspaces svg { width: 1.25rem; height: 1.25rem; margin-top: .1875rem; flex: none; color: var(--soft); }
.workspaces a:hover svg { color: var(--accent); }
kbd {
  flex: none; width: 1.625rem; height: 1.625rem; border: 1px solid var(--line); border-radius: .375rem;
  font: 600 .8125rem/1.5rem system-ui, sans-serif; text-align: center; color: var(--soft);
}
.workspaces:focus-within kbd { border-color: var(--accent); color: var(--accent); }
.preparing { margin-top: 2rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
.preparing ul { margin: .5rem 0 .75rem 1.25rem; }

.steps { list-style: none; margin: 1.75rem 0; }
.steps li { position: relative; padding: 0 0 1.25rem 2.25rem; }
.steps li:last-child { padding-bottom: 0; }
.steps li:not(:last-child)::after {
  content: ""; position: absolute; left: .625rem; top: 1.75rem; bottom: .125rem; border-left: 2px solid var(--line);
}
.steps svg { position: absolute; left: 0; top: .125rem; width: 1.375rem; height: 1.375rem; color: var(--accent); }
.steps .next, .steps .next svg { color: var(--soft); }
.steps [aria-current] { font-weight: 600; }
.turning { animation: turn 1.4s linear infinite; transform-origin: 50% 50%; }
.stopped .turning { animation: none; }
@keyframes turn { to { transform: rotate(1turn); } }
[role="status"]:not(:empty) { margin-top: .75rem; font-weight: 600; }
.button {
  display: inline-block; margin-top: 1.5rem; padding: .625rem 1.25rem; border: 1px solid var(--accent);
  border-radius: .625rem; background: var(--accent); color: var(--on-accent); font-weight: 600; text-decoration: none;
}
.button:hover { text-decoration: underline; text-underline-offset: .2em; }
.long { margin-top: 1.5rem; padding: 1rem 1.125rem; border-radius: .625rem; background: var(--tint); }
.long { border: 1px solid var(--accent); }
.long p { margin-top: .25rem; }

@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { animation: none !important; transition: none !important; }
}
@media (forced-colors: active) {
  :root { --on-accent: Canvas; }
  svg { color: inherit !important; }
  :focus-visible { outline-color: Highlight; }
  .workspaces a:hover { border-color: Highlight; }
}
@media (hover: none) and (pointer: coarse) { #keys, kbd { display: none; } }
@media (max-width: 30rem) {
  body { padding: 0 .75rem; }
  main { padding: 1.5rem 1.125rem; }
  header, footer { padding-left: .375rem; padding-right: .375rem; }
  h1 { font-size: 1.375rem; }
  .workspaces a { padding: .875rem 1rem; }
}
""")
