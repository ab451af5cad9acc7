// Entering a form: items that show, hide and become required while one types, dates echoed in words, keys, rows.
// The server's answer is the truth; without this file every form still works.
//   Enter       to the next item                    Ctrl-S      saves
//   .           in an empty item: why it is missing  Ctrl-Enter  saves and opens the next form
//   a key       in a list of choices: that choice   Delete      in a list of choices: no answer yet
// It hooks on data attributes: form[data-entry], data-field (path), data-item (id), data-control, data-unit,
// data-missing, data-row, data-pattern, data-add, data-save, data-save-next.
"use strict";

(() => {
  const form = document.querySelector("form[data-entry]");
  if (!form) return;
  const source = document.getElementById("entry-rules");
  const rules = source ? JSON.parse(source.textContent) : { show: {}, required: {}, known: {}, items: {} };
  const NEW_ROW = "NEWROW";
  const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

  // Reading what is typed

  const typed = (field) => {
    const controls = [...field.querySelectorAll("[data-control]")];
    const chosen = controls.filter((control) => control.type === "radio" || control.type === "checkbox");
    if (chosen.length > 0) return chosen.filter((control) => control.checked && control.value !== "").map((control) => control.value);
    return controls.length > 0 ? controls[0].value.trim() : "";
  };

  const select = (field, part) => field.querySelector(`:scope select[data-${part}]`);

  const isBlank = (field) => typed(field).length === 0 && !(select(field, "missing") || {}).value;

  const limited = (text) => {
    // A laboratory value below or above a limit, as the limits it lies between.
    const parts = /^(<=|>=|<|>|≤|≥)\s*([0-9]+(?:\.[0-9]+)?)$/.exec(text);
    if (!parts) return window.edcRules.value("number", text);
    return "<≤".includes(parts[1][0]) ? { low: "0", high: parts[2] } : { low: parts[2], high: "1000000000000000" };
  };

  const valueOf = (field) => {
    const reading = rules.items[field.dataset.item];
    const missing = select(field, "missing");
    if (!reading || !window.edcRules || (missing && missing.value)) return null;
    const text = typed(field);
    if (text.length === 0) return null;
    const unit = (select(field, "unit") || {}).value;
    switch (reading.kind) {
      case "many": return text;
      case "choice": return Array.isArray(text) ? text[0] : text;
      case "yes_no": return text[0] === "Y";
      case "cells": return /^[0-9]+(\.[0-9]+)?$/.test(text) && unit ? `${text}e${unit.split("^")[1]}` : null;
      // In another unit only the server knows the value; until it is saved the rule stays open.
      case "lab": return unit === undefined || unit === reading.standard ? limited(text) : null;
      default: return window.edcRules.value(reading.type, text);
    }
  };

  const fields = (inside) => [...inside.querySelectorAll("[data-field][data-item]")];

  const values = (row) => {
    const found = { ...rules.known };
    for (const field of fields(form)) {
      const own = field.closest("[data-row]");
      if (own === null || own === row) found[field.dataset.item] = valueOf(field);
    }
    return found;
  };

  // Showing, hiding, requiring

  const applies = (trees, known) => {
    const answers = trees.map((tree) => window.edcRules.evaluate(tree, known));
    if (answers.includes(false)) return false;
    return answers.includes(null) ? null : true;
  };

  const show = (part, visible) => {
    part.hidden = !visible;
    part.classList.toggle("field--hidden", !visible);
    const message = [...form.querySelectorAll("[data-message-of]")].find((row) => row.dataset.messageOf === part.dataset.field);
    if (message) message.hidden = !visible;
  };

  const judge = () => {
    if (!window.edcRules) return;
    const scopes = new Map();
    for (const part of form.querySelectorAll("[data-field]")) {
      const row = part.closest("[data-row]");
      if (!scopes.has(row)) scopes.set(row, values(row));
      const known = scopes.get(row), name = part.dataset.item || part.dataset.group;
      if (name in rules.show) {
        // What holds an answer or a fault stays in view, so that it can be cleared.
        const held = part.dataset.group ? fields(part).some((field) => !isBlank(field)) : !isBlank(part);
        const faulty = part.matches(".field--error, .panel__row--error");
        show(part, applies(rules.show[name], known) === true || held || faulty);
      }
      if (name in rules.required) {
        const required = window.edcRules.evaluate(rules.required[name], known) === true;
        part.classList.toggle("field--required", required);
        part.querySelectorAll("[data-control], [data-choices]").forEach((control) => {
          if (control.type !== "radio" && control.type !== "checkbox") control.setAttribute("aria-required", String(required));
        });
      }
    }
  };

  // Dates in words

  const words = (iso) => {
    const [year, month, day] = iso.split("-").map(Number);
    if (!month) return `${year}, day and month unknown`;
    return day ? `${day} ${MONTHS[month - 1]} ${year}` : `${MONTHS[month - 1]} ${year}, day unknown`;
  };

  const echo = (field) => {
    const control = field.querySelector("[data-date]"), line = field.querySelector("[data-echo]");
    if (!control || !line || !window.edcRules) return;
    const iso = window.edcRules.value("date", control.value.trim());
    line.textContent = iso && iso !== control.value.trim() ? words(iso) : "";
  };

  // Moving and saving

  const stops = () => [...form.querySelectorAll("[data-control]")].filter((control) => {
    if (control.closest("[hidden]") || control.disabled) return false;
    if (control.type !== "radio" && control.type !== "checkbox") return true;
    const list = [...control.closest("[data-choices]").querySelectorAll("[data-control]")];
    return control === (list.find((other) => other.checked) || list[0]);
  });

  const go = (from) => {
    const field = from.closest("[data-field][data-item]");
    const next = stops().find((control) =>
      control.closest("[data-field][data-item]") !== field && (from.compareDocumentPosition(control) & Node.DOCUMENT_POSITION_FOLLOWING));
    const target = next || form.querySelector("[data-save]");
    if (target) target.focus();
    if (target && target.select) target.select();
  };

  const save = (button) => form.requestSubmit(button || undefined);

  let changed = false;
  const touch = (event) => {
    if (!event.target.closest("[data-field]") && !event.target.matches("[data-remove]")) return;
    changed = true;
    const field = event.target.closest("[data-field][data-item]");
    const missing = field && select(field, "missing");
    if (missing) field.classList.toggle("field--missing", missing.value !== "");
    if (field) echo(field);
    judge();
  };
  form.addEventListener("input", touch);
  form.addEventListener("change", touch);
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      save(form.querySelector("[data-save]"));
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      event.preventDefault();
      save(form.querySelector("[data-save-next]") || form.querySelector("[data-save]"));
    }
  });

  const choose = (list, option) => {
    option.checked = option.type === "radio" || !option.checked;
    option.focus();
    option.dispatchEvent(new Event("change", { bubbles: true }));
    return list;
  };

  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const field = event.target.closest("[data-field][data-item]");
    if (!field) return;
    const list = event.target.closest("[data-choices]");
    const missing = select(field, "missing");
    if (event.key === "Enter" && event.target.tagName !== "TEXTAREA" && event.target.tagName !== "A") {
      event.preventDefault();
      go(event.target);
    } else if (event.key === "." && missing && event.target !== missing && (list || event.target.value === "")) {
      event.preventDefault();
      missing.focus();
      if (missing.showPicker) missing.showPicker();
    } else if (list && (event.key === "Delete" || event.key === "Backspace")) {
      const none = list.querySelector("[data-none]");
      if (none) choose(list, none);
    } else if (list) {
      const option = [...list.querySelectorAll("[data-key]")].find((one) => one.dataset.key.toLowerCase() === event.key.toLowerCase());
      if (option) {
        event.preventDefault();
        choose(list, option);
      }
    }
  });

  // Rows of a repeating group

  form.querySelectorAll("[data-group]").forEach((group) => {
    const adding = group.querySelector("[data-add]"), pattern = group.querySelector("template[data-pattern]");
    const rows = group.querySelector("[data-rows]");
    if (!adding || !pattern || !rows) return;
    const room = () => rows.querySelectorAll("[data-row]").length < Number(group.dataset.maximum);
    adding.hidden = !room();
    adding.querySelector("button").addEventListener("click", () => {
      const key = `r${group.dataset.next}`;
      const box = document.createElement("template");
      box.innerHTML = pattern.innerHTML.replaceAll(NEW_ROW, key);
      const row = box.content.querySelector("[data-row]");
      row.querySelector(".group__number").textContent = `Row ${rows.querySelectorAll("[data-row]").length + 1} (new)`;
      rows.append(row);
      group.dataset.next = String(Number(group.dataset.next) + 1);
      adding.hidden = !room();
      judge();
      row.querySelector("[data-control]").focus();
    });
  });

  // A column pasted into the laboratory table: first shown, then filled in

  form.querySelectorAll("[data-panel]").forEach((panel) => {
    panel.addEventListener("paste", (event) => {
      const lines = event.clipboardData.getData("text").replace(/\r/g, "").replace(/\n+$/, "").split("\n");
      if (lines.length < 2 || !event.target.matches("[data-control]")) return;
      event.preventDefault();
      const boxes = stops().filter((control) => panel.contains(control));
      const from = boxes.indexOf(event.target);
      const pairs = lines.slice(0, boxes.length - from).map((line, number) => [boxes[from + number], line.trim()]);
      preview(panel, pairs, lines.length - pairs.length);
    });
  });

  const preview = (panel, pairs, left) => {
    panel.parentElement.querySelectorAll(".panel__paste").forEach((old) => old.remove());
    const note = document.createElement("div");
    note.className = "panel__paste";
    note.setAttribute("role", "group");
    const title = document.createElement("p");
    title.textContent = `${pairs.length} values would be filled in${left > 0 ? `; ${left} more lines have no place` : ""}:`;
    const list = document.createElement("ul");
    for (const [control, text] of pairs) {
      const line = document.createElement("li");
      const label = control.labels.length > 0 ? control.labels[0].textContent : control.name;
      line.textContent = `${label}: ${text === "" ? "stays as it is" : text}${text !== "" && control.value !== "" ? `, instead of ${control.value}` : ""}`;
      list.append(line);
    }
    const button = (words, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "button button--small";
      made.textContent = words;
      made.addEventListener("click", () => { act(); note.remove(); });
      return made;
    };
    const fill = button("Fill in", () => {
      for (const [control, text] of pairs) {
        if (text === "") continue;
        control.value = text;
        control.dispatchEvent(new Event("input", { bubbles: true }));
      }
      pairs[pairs.length - 1][0].focus();
    });
    const leave = button("Leave as it is", () => pairs[0][0].focus());
    note.append(title, list, fill, " ", leave);
    panel.before(note);
    fill.focus();
  };

  // At the start

  fields(form).forEach(echo);
  judge();
  const errors = document.querySelector("[data-errors]");
  const first = stops().find((control) => isBlank(control.closest("[data-field][data-item]")));
  if (errors) errors.focus();
  else if (first && document.activeElement === document.body && form.dataset.entry !== "quiet") first.focus();
})();
