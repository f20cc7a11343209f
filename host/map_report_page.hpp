/// Style, skeleton and script of the mapping report. The script draws everything from the JSON in the element #data.
#pragma once

#include <string_view>

namespace spinn {

inline constexpr std::string_view map_report_style = R"css(
.views { display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0 12px; }
.views button { font: inherit; font-size: 14px; border: 1px solid var(--hair); background: var(--paper); color: var(--ink); padding: 6px 14px;
  border-radius: 999px; cursor: pointer; }
.views button[aria-pressed=true] { background: var(--machine); border-color: var(--machine); color: #fff; }
.board { display: grid; grid-template-columns: minmax(0, 1fr) 340px; gap: 16px; align-items: start; }
@media (max-width: 860px) { .board { grid-template-columns: minmax(0, 1fr); } }
.map { background: var(--paper); border: 1px solid var(--hair); border-radius: 8px; padding: 10px; }
.map canvas { display: block; width: 100%; cursor: crosshair; }
.side { background: var(--paper); border: 1px solid var(--hair); border-radius: 8px; padding: 14px 16px; font-size: 14px; min-height: 200px; }
.side h3 { margin: 0 0 6px; font-size: 16px; } .side p { margin: 4px 0; color: var(--soft); }
.side ol { list-style: none; margin: 8px 0 0; padding: 0; max-height: 430px; overflow-y: auto; }
.side li { display: flex; gap: 8px; align-items: baseline; padding: 2px 0; border-top: 1px solid var(--hair); }
.side li i { flex: none; width: 10px; height: 10px; border-radius: 50%; } .side li b { flex: none; width: 1.8em; text-align: right; font-weight: 500; }
.side li span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .side li small { margin-left: auto; color: var(--soft); white-space: nowrap; }
.key { display: flex; flex-wrap: wrap; gap: 4px 14px; font-size: 13px; color: var(--soft); margin: 10px 2px 0; min-height: 1.6em; }
.key i { display: inline-block; width: 11px; height: 11px; border-radius: 50%; margin-right: 5px; vertical-align: -1px; }
.key .ramp { width: 120px; height: 10px; border-radius: 5px; }
.bar { display: inline-block; width: 90px; height: 8px; background: var(--shade); border-radius: 4px; overflow: hidden; margin-left: 8px; vertical-align: 1px; }
.bar i { display: block; height: 100%; background: var(--machine); } .bar i.hot { background: var(--bad); }
tbody tr[data-chip] { cursor: pointer; } tbody tr[data-chip]:hover { background: var(--shade); }
)css";

inline constexpr std::string_view map_report_body = R"html(
<h1 id="title"></h1><p class="subtitle" id="subtitle"></p>
<div class="tiles" id="tiles"></div>
<section><h2>The machine</h2><p class="caption">Each hexagon is a chip; those that touch have a link. Click one to see its cores and the trees of the packets that
they send.</p>
<div class="views" id="views"></div>
<div class="board"><div class="map"><canvas id="map"></canvas><div class="key" id="key"></div></div><div class="side" id="side"></div></div></section>
<section><h2>Hardest chips</h2><p class="caption">By what comes nearest to its limit. What to change when one does not fit: raise the atoms per core (fewer nets, shorter
tables), record less or lower the atoms per core (memory), or take a larger machine.</p><div class="scroll"><table id="hard"></table></div></section>
<section><h2>Memory of cores</h2><p class="caption">The fullest core of each population. DTCM is what the board's program would take, with its stack and
queues; neurons only.</p><div class="scroll"><table id="cores"></table></div></section>
<section><h2>How near to the bounds</h2><div class="scroll"><table id="bounds"></table></div></section>
<section><h2>Time</h2><div class="scroll"><table id="phases"></table></div></section>
)html";

inline constexpr std::string_view map_report_script = R"js(
'use strict';
const D = JSON.parse(document.getElementById('data').textContent), $ = id => document.getElementById(id);
const steps = [[1, 0], [1, 1], [0, 1], [-1, 0], [-1, -1], [0, -1]], W = D.machine.width, H = D.machine.height;
const chips = new Map(D.chips.map(c => [c.x + ',' + c.y, c]));
const number = n => n >= 1e9 ? (n / 1e9).toFixed(2) + ' G' : n >= 1e6 ? (n / 1e6).toFixed(2) + ' M' : Math.round(n).toLocaleString('en');
const bytes = n => n >= 1 << 20 ? (n / (1 << 20)).toFixed(1) + ' MiB' : n >= 1024 ? (n / 1024).toFixed(1) + ' KiB' : n + ' B';
const colour = p => `hsl(${(p * 137.5 + 210) % 360} ${62 - p % 3 * 9}% ${50 + p % 4 * 4}%)`;
const heat = t => `hsl(${220 - 220 * Math.min(1, t)} ${45 + 40 * t}% ${78 - 30 * t}%)`;
const element = (tag, text, attributes) => { const e = document.createElement(tag); if (text !== undefined) e.textContent = text;
  for (const k in attributes || {}) e.setAttribute(k, attributes[k]); return e; };
const out = new Map();                                         // load leaving a chip, by link
for (const [x, y, link, load] of D.links) { const k = x + ',' + y; if (!out.has(k)) out.set(k, [0, 0, 0, 0, 0, 0]); out.get(k)[link] = load; }
const most = { load: 1e-9, after: D.table_capacity, bytes: D.sdram_per_chip };
for (const l of D.links) most.load = Math.max(most.load, l[3]);
let chosen = null, view = 'populations';

function tiles() {
  const s = D.summary, add = (value, what) => { const t = element('div', undefined, { class: 'tile' }); t.append(element('b', value), element('span', what)); $('tiles').append(t); };
  add(number(s.chips_used), 'chips used of ' + number(D.chips.length)); add(number(s.cores_used), 'cores used'); add(number(s.nets), 'nets');
  add(number(s.hops), 'hops in all trees'); add(number(s.max_link_load), 'packets/s on the busiest link');
  add(s.max_table_entries + ' / ' + D.table_capacity, 'entries of the longest table'); add(bytes(s.sdram_bytes_max), 'SDRAM of the fullest chip');
}
// A chip's middle: axes at 120 degrees, north up.
const place = (x, y) => [x - y / 2, -y * Math.sqrt(3) / 2];
let scale = 1, shift = [0, 0], size = [0, 0];
const screen = (x, y) => { const [a, b] = place(x, y); return [a * scale + shift[0], b * scale + shift[1]]; };
function measure() {
  const canvas = $('map'), width = canvas.parentElement.clientWidth - 20;
  let l = 1e9, r = -1e9, t = 1e9, b = -1e9;
  for (const c of D.chips) { const [x, y] = place(c.x, c.y); l = Math.min(l, x); r = Math.max(r, x); t = Math.min(t, y); b = Math.max(b, y); }
  scale = Math.min(64, width / (r - l + 1.4), 720 / (b - t + 1.4));
  size = [width, (b - t + 1.4) * scale]; shift = [(width - (r - l) * scale) / 2 - l * scale, (0.7 - t) * scale];
  const ratio = window.devicePixelRatio || 1; canvas.width = size[0] * ratio; canvas.height = size[1] * ratio;
  canvas.style.height = size[1] + 'px'; canvas.getContext('2d').setTransform(ratio, 0, 0, ratio, 0, 0);
}
function hexagon(g, cx, cy, r) { g.beginPath(); for (let i = 0; i < 6; ++i) g.lineTo(cx + r * Math.sin(i * Math.PI / 3), cy - r * Math.cos(i * Math.PI / 3)); g.closePath(); }
function half(g, x, y, link) {                                  // from a chip half the way to its neighbour
  const [ax, ay] = screen(x, y), [dx, dy] = place(steps[link][0], steps[link][1]);
  g.beginPath(); g.moveTo(ax, ay); g.lineTo(ax + dx * scale, ay + dy * scale); g.stroke();
}
function draw() {
  const g = $('map').getContext('2d'), style = getComputedStyle(document.body), hair = style.getPropertyValue('--hair'), soft = style.getPropertyValue('--soft'),
    ground = style.getPropertyValue('--ground'), accent = style.getPropertyValue('--reference');
  g.clearRect(0, 0, size[0], size[1]);
  const r = scale / Math.sqrt(3) * 0.96;
  for (const c of D.chips) {
    const [cx, cy] = screen(c.x, c.y); hexagon(g, cx, cy, r);
    let fill = ground;
    if (view === 'tables' && c.after) fill = heat(c.after / most.after);
    if (view === 'memory' && c.bytes) fill = heat(c.bytes / most.bytes);
    if (view === 'load') fill = ground;
    if (view === 'populations' && scale < 22 && c.cores.length) {
      const count = new Map(); for (const k of c.cores) count.set(k[1], (count.get(k[1]) || 0) + 1);
      fill = colour([...count].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0][0]);
    }
    g.fillStyle = fill; g.fill(); if (scale > 6) { g.strokeStyle = hair; g.lineWidth = 1; g.stroke(); }
    if (view === 'populations' && scale >= 22) c.cores.forEach((k, i) => {
      const a = i * 2.39996, d = r * 0.72 * Math.sqrt((i + 0.5) / 17);
      g.fillStyle = colour(k[1]); g.beginPath(); g.arc(cx + d * Math.cos(a), cy + d * Math.sin(a), r * 0.15, 0, 7); g.fill(); });
    if (c.ethernet && scale > 14) { g.fillStyle = soft; g.font = Math.max(8, scale / 6) + 'px sans-serif'; g.textAlign = 'center'; g.fillText('E', cx, cy + r * 0.9); }
  }
  if (view === 'load') for (const [k, loads] of out) { const [x, y] = k.split(',').map(Number);
    loads.forEach((load, link) => { if (!load) return; g.strokeStyle = heat(load / most.load); g.lineWidth = Math.max(1, scale * (0.06 + 0.16 * load / most.load));
      half(g, x, y, link); }); }
  if (chosen) {
    const trees = D.trees && D.trees[chosen.x + ',' + chosen.y] || []; g.strokeStyle = accent; g.lineWidth = Math.max(1.2, scale / 14); g.globalAlpha = Math.max(0.25, 1 / Math.sqrt(trees.length || 1));
    for (const [, , nodes] of trees) for (let i = 0; i < nodes.length; i += 3) for (let link = 0; link < 6; ++link) if (nodes[i + 2] >> link & 1) half(g, nodes[i], nodes[i + 1], link);
    g.globalAlpha = 1; const [cx, cy] = screen(chosen.x, chosen.y); hexagon(g, cx, cy, r); g.lineWidth = 2.5; g.strokeStyle = accent; g.stroke();
  }
}
function key() {
  const box = $('key'); box.replaceChildren();
  if (view === 'populations') D.populations.slice(0, 40).forEach((name, p) => { const s = element('span'); const i = element('i'); i.style.background = colour(p); s.append(i, name); box.append(s); });
  else { const ramp = element('span', undefined, { class: 'ramp' }); ramp.style.background = `linear-gradient(90deg, ${[0, .25, .5, .75, 1].map(heat)})`;
    const end = view === 'load' ? number(most.load) + ' packets/s' : view === 'tables' ? most.after + ' entries' : bytes(most.bytes); box.append('0', ramp, end); }
}
function side() {
  const box = $('side'); box.replaceChildren();
  if (!chosen) { box.append(element('h3', 'No chip chosen'), element('p', D.trees ? 'Click a chip to see its trees.' : 'The mapping is too large for its trees to be in this page.')); return; }
  const c = chosen, trees = D.trees && D.trees[c.x + ',' + c.y] || [], hops = trees.reduce((sum, t) => sum + t[2].length / 3 - 1, 0);
  box.append(element('h3', `Chip (${c.x}, ${c.y})` + (c.ethernet ? ', Ethernet' : '')),
    element('p', `${c.cores.length} of ${c.room} cores · ${bytes(c.bytes)} SDRAM`), element('p', `table: ${c.after} entries, ${c.before} before minimising`),
    element('p', `${trees.length} nets begin here: ${number(hops)} hops`));
  const list = element('ol');
  for (const [core, population, b, dtcm, name] of [...c.cores].sort((p, q) => p[0] - q[0])) { const row = element('li'); const dot = element('i'); dot.style.background = colour(population);
    row.append(element('b', core), dot, element('span', name || D.populations[population]), element('small', bytes(b) + (dtcm ? ' + ' + bytes(dtcm) + ' DTCM' : ''))); list.append(row); }
  box.append(list);
}
function choose(c) { chosen = c || null; if (chosen) history.replaceState(null, '', '#chip=' + c.x + ',' + c.y); side(); draw(); }
function table(id, head, rows) {
  const top = element('thead'), line = element('tr'), body = element('tbody'); head.forEach(h => line.append(element('th', h))); top.append(line);
  rows.forEach(([cells, chip]) => { const row = element('tr', undefined, chip ? { 'data-chip': chip.x + ',' + chip.y } : {}); cells.forEach(c => { const cell = element('td'); cell.append(c); row.append(cell); });
    if (chip) row.onclick = () => { choose(chip); $('map').scrollIntoView({ behavior: 'smooth', block: 'center' }); }; body.append(row); });
  $(id).append(top, body);
}
function share(value, limit, text) { const s = element('span', text), bar = element('span', undefined, { class: 'bar' }), i = element('i', undefined, value > 0.9 * limit ? { class: 'hot' } : {});
  i.style.width = Math.min(100, 100 * value / limit) + '%'; bar.append(i); s.append(bar); return s; }
function tables() {
  const hard = c => Math.max(c.after / most.after, c.bytes / most.bytes);
  table('hard', ['chip', 'table', 'before', 'SDRAM', 'cores', 'leaves, packets/s'], D.chips.filter(c => c.cores.length || c.after).sort((a, b) => hard(b) - hard(a) || b.before - a.before).slice(0, 12).map(c =>
    [[`(${c.x}, ${c.y})`, share(c.after, most.after, c.after), number(c.before), share(c.bytes, most.bytes, bytes(c.bytes)), `${c.cores.length} / ${c.room}`,
      number((out.get(c.x + ',' + c.y) || [0]).reduce((a, b) => a + b, 0))], c]));
  const fullest = D.populations.map(() => [0, 0, 0]);           // cores, SDRAM, DTCM
  for (const c of D.chips) for (const k of c.cores) { const f = fullest[k[1]]; if (f) { ++f[0]; f[1] = Math.max(f[1], k[2]); f[2] = Math.max(f[2], k[3]); } }
  table('cores', ['population', 'cores', 'SDRAM', 'DTCM'], fullest.map((f, p) => [[D.populations[p], number(f[0]), bytes(f[1]), f[2] ? share(f[2], D.dtcm_per_core, bytes(f[2])) : '']]).slice(0, 200));
  const ratio = b => b ? (D.summary.hops / b).toFixed(3) + ' x' : '';
  table('bounds', ['', 'hops', 'this mapping'], [[['this mapping', number(D.summary.hops), '']], [['any trees, placed as it is: at least', number(D.bounds.placed), ratio(D.bounds.placed)]],
    [['any placement: at least', number(D.bounds.any), ratio(D.bounds.any)]], [['table entries, all chips', number(D.summary.table_entries), number(D.summary.table_entries_before) + ' before']]]);
  const total = Object.values(D.summary.phases).reduce((a, b) => a + b, 0);
  table('phases', ['phase', 'seconds', 'share'], Object.entries(D.summary.phases).map(([name, s]) => [[name, s.toFixed(4), share(s, total, (100 * s / total).toFixed(0) + ' %')]]));
}
function show(name) { view = name; for (const b of $('views').children) b.setAttribute('aria-pressed', b.dataset.view === name); key(); draw(); }
$('title').textContent = D.title; $('subtitle').textContent = `on ${D.machine.name}, ${W} x ${H} chips`;
for (const [name, text] of [['populations', 'Populations'], ['load', 'Link load'], ['tables', 'Routing tables'], ['memory', 'SDRAM']]) {
  const b = element('button', text, { type: 'button', 'data-view': name }); b.onclick = () => show(name); $('views').append(b); }
$('map').onclick = event => { const box = $('map').getBoundingClientRect(), px = event.clientX - box.left, py = event.clientY - box.top; let best = null, near = 1e9;
  for (const c of D.chips) { const [x, y] = screen(c.x, c.y), d = (x - px) ** 2 + (y - py) ** 2; if (d < near) near = d, best = c; }
  choose(near < (scale * 0.6) ** 2 ? best : null); };
tiles(); tables(); measure();
const wanted = /chip=(\d+),(\d+)/.exec(location.hash), asked = /view=(\w+)/.exec(location.hash);
show(asked ? asked[1] : 'populations'); choose(wanted ? chips.get(wanted[1] + ',' + wanted[2]) : null);
window.onresize = () => { measure(); draw(); };
document.body.dataset.drawn = 'yes';
)js";

}  // namespace spinn
