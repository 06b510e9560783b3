"""How the desk looks, by day and by night."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, CanvasText 14%, Canvas);
  --soft: color-mix(in srgb, CanvasText 62%, Canvas); --card: color-mix(in srgb, CanvasText 3%, Canvas);
  --accent: light-dark(#0b6e69, #4fd1c5); --bad: light-dark(#b3261e, #ff8a80); }
* { box-sizing: border-box; }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.5rem; } h2 { margin: 0 0 .75rem; font-size: 1.1rem; }
p { margin: .25rem 0 1rem; color: var(--soft); }
nav { display: flex; gap: 1rem; margin-bottom: 1rem; } a { color: var(--accent); }
nav a[aria-current] { color: inherit; font-weight: 600; text-decoration: none; }
section { margin: 1.25rem 0; padding: 1.25rem; border: 1px solid var(--line); border-radius: .75rem;
  background: var(--card); overflow-x: auto; }
table { width: 100%; border-collapse: collapse; } th { text-align: left; font-weight: 500; color: var(--soft); }
th, td { padding: .4rem .75rem .4rem 0; border-top: 1px solid var(--line); } thead th { border: 0; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin: 0; }
label { display: grid; gap: .15rem; color: var(--soft); } .wide { flex: 1 1 16rem; min-width: 0; }
input, button { font: inherit; padding: .35rem .7rem; border: 1px solid var(--line); border-radius: .5rem;
  background: Canvas; color: CanvasText; width: 100%; }
button { width: auto; white-space: nowrap; cursor: pointer; }
button:hover { border-color: var(--accent); color: var(--accent); }
button.risky:hover { border-color: var(--bad); color: var(--bad); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.number { color: var(--soft); font-variant-numeric: tabular-nums; } .good { color: var(--accent); }
.bad { color: var(--bad); } .buttons { display: flex; gap: .5rem; justify-content: end; align-items: center; }
td { vertical-align: middle; } td:last-child { padding-right: 0; } td:last-child form { justify-content: end; }
td code { display: block; min-width: 12rem; overflow-wrap: anywhere; } table + form { margin-top: 1rem; }
"""
