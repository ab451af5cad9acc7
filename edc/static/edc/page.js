// Keys that work on every page. Scripts hook on data attributes, never on classes; without this file every page still works.
//   /        to the search field               ?        the legend
//   [  ]     previous and next page of a list   arrows   walk the matrix, Home and End to the ends of a row
"use strict";

(() => {
  const typing = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;

  const press = (event, element, act) => {
    if (!element) return;
    event.preventDefault();
    act(element);
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      document.querySelectorAll("details.menu[open]").forEach((menu) => {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
      return;
    }
    if (!(event.target instanceof Element) || typing(event.target)) return;
    if (event.key === "/") press(event, document.querySelector("[data-search]"), (field) => { field.focus(); field.select(); });
    if (event.key === "?") press(event, document.querySelector("[data-legend]"), (legend) => legend.togglePopover());
    if (event.key === "[") press(event, document.querySelector("[data-pager=previous]"), (link) => link.click());
    if (event.key === "]") press(event, document.querySelector("[data-pager=next]"), (link) => link.click());
  });

  // A menu closes when the focus or the pointer goes elsewhere.
  for (const sort of ["click", "focusin"]) {
    document.addEventListener(sort, (event) => {
      document.querySelectorAll("details.menu[open]").forEach((menu) => {
        if (!menu.contains(event.target)) menu.open = false;
      });
    });
  }

  // The matrix is one tab stop; arrows walk from cell to cell and pass over what is not expected.
  const walk = (table) => {
    const rows = [...table.tBodies]
      .flatMap((body) => [...body.rows])
      .map((row) => [...row.cells].map((cell) => cell.querySelector(":scope > a")))
      .filter((row) => row.some((link) => link && link.closest("td")));
    const links = rows.flat().filter((link) => link !== null);
    if (links.length === 0) return;
    const hold = (link) => links.forEach((other) => { other.tabIndex = other === link ? 0 : -1; });
    hold(table.querySelector("[data-next] > a") ?? links[0]);

    const find = (y, x, dy, dx) => {
      for (let row = y + dy, column = x + dx; row >= 0 && row < rows.length && column >= 0 && column < rows[row].length; row += dy, column += dx) {
        if (rows[row][column]) return rows[row][column];
      }
      return null;
    };
    const ends = (row) => row.filter((link) => link !== null);

    table.addEventListener("focusin", (event) => { if (links.includes(event.target)) hold(event.target); });
    table.addEventListener("keydown", (event) => {
      const y = rows.findIndex((row) => row.includes(event.target));
      if (y < 0 || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      const x = rows[y].indexOf(event.target);
      const to = {
        ArrowUp: () => find(y, x, -1, 0),
        ArrowDown: () => find(y, x, 1, 0),
        ArrowLeft: () => find(y, x, 0, -1),
        ArrowRight: () => find(y, x, 0, 1),
        Home: () => ends(rows[y])[0],
        End: () => ends(rows[y]).at(-1),
      }[event.key]?.();
      press(event, to, (link) => link.focus());
    });
  };
  document.querySelectorAll("[data-matrix]").forEach(walk);

  // The sticky head of a table stands under the participant's header, however many lines that takes.
  const subject = document.querySelector(".subject");
  if (subject && "ResizeObserver" in window) {
    new ResizeObserver(() => {
      document.documentElement.style.setProperty("--head-top", `${subject.offsetHeight}px`);
    }).observe(subject);
  }

  // A form that was refused starts at its summary; any other page may name the first field.
  (document.querySelector("[data-errors]") ?? document.querySelector("[data-autofocus]"))?.focus();
})();
