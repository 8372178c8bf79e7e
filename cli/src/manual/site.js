'use strict';
// Without this script the list is whole; with it, it can be searched.
const form = document.getElementById('search');
const input = form.querySelector('input');
const output = form.querySelector('output');
const rules = [...document.querySelectorAll('ul.rules li')];
const sections = [...document.querySelectorAll('main section')];
form.hidden = false;

function search() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const rule of rules) {
    const text = rule.dataset.text;
    rule.hidden = !words.every(word => text.includes(word));
    shown += rule.hidden ? 0 : 1;
  }
  for (const section of sections) section.hidden = !section.querySelector('li:not([hidden])');
  output.textContent = `${shown} of ${rules.length}`;
  clearTimeout(pending);
  pending = setTimeout(remember, 250);
}

// The address has what is searched for, once somebody stops typing: browsers refuse to change it at every key.
let pending;
function remember() {
  const query = input.value ? `#${encodeURIComponent(input.value)}` : location.pathname;
  history.replaceState(null, '', query);
}

form.addEventListener('submit', event => event.preventDefault());
input.addEventListener('input', search);
document.addEventListener('keydown', event => {
  if (event.key === '/' && document.activeElement !== input) { event.preventDefault(); input.focus(); }
});
if (location.hash) input.value = decodeURIComponent(location.hash.slice(1));
search();
