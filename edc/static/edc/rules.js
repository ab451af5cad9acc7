/*
 * Answers the rules of a form in the browser, so that items show, hide and become required while one types.
 *
 * It reads the same tree as the server makes (trials/rules/expression/tree.py) and answers alike; the server's answer
 * is the truth. Answers are true, false, a value, or null where something needed is missing.
 *
 *   edcRules.evaluate(tree, values)   values: name -> plain value (see edcRules.value), null or absent is missing
 *   edcRules.value(type, typed)       what a person typed -> plain value, or null where it is not readable
 *
 * Plain values: numbers are texts ("34.5"), dates "2024", "2024-03" or "2024-03-05", times "14:05", yes-or-no answers
 * true or false, one choice its code, several choices a list of codes.
 *
 * Numbers are whole numbers with a power of ten, never the browser's binary ones: 28 digits, halves away from zero,
 * as on the server. Limits: texts of more than 400 characters and numbers beyond 10^999 are unknown.
 */
(function () {
  "use strict";

  var UNKNOWN = null;
  var DIGITS = 28;
  var MAX_MAGNITUDE = 999;
  var MAX_TEXT = 400;
  var FIRST_YEAR = 1850;
  var LAST_YEAR = 2150;
  var MAX_SHIFT = 1000000;
  var MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
  var MONTH_NAMES = [
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december"
  ];

  // Numbers: {digits: BigInt, power: integer} stands for digits × 10^power

  function tenTo(power) {
    return 10n ** BigInt(power);
  }

  function size(digits) {
    return digits < 0n ? -digits : digits;
  }

  function divideRounded(digits, step) {
    // Halves away from zero: the remainder decides, whatever the sign.
    var quotient = size(digits) / step;
    if (2n * (size(digits) % step) >= step) {
      quotient += 1n;
    }
    return digits < 0n ? -quotient : quotient;
  }

  function length(digits) {
    return size(digits).toString().length;
  }

  function fit(digits, power) {
    // Round to 28 digits; beyond reach is unknown.
    var surplus = length(digits) - DIGITS;
    if (surplus > 0) {
      digits = divideRounded(digits, tenTo(surplus));
      power += surplus;
    }
    if (digits === 0n) {
      return { digits: 0n, power: 0 };
    }
    return Math.abs(length(digits) - 1 + power) > MAX_MAGNITUDE ? UNKNOWN : { digits: digits, power: power };
  }

  function readNumber(text) {
    if (typeof text !== "string" || text.length > MAX_TEXT) {
      return UNKNOWN;
    }
    var match = /^([+-]?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,4}))?$/.exec(text);
    if (!match) {
      return UNKNOWN;
    }
    var fraction = match[3] || "";
    var digits = BigInt(match[2] + fraction);
    var power = Number(match[4] || "0") - fraction.length;
    if (Math.abs((digits === 0n ? 0 : length(digits) - 1) + power) > MAX_MAGNITUDE) {
      return UNKNOWN;
    }
    return { digits: match[1] === "-" ? -digits : digits, power: power };
  }

  function writeNumber(number) {
    var digits = size(number.digits).toString();
    if (number.power > 0) {
      digits += "0".repeat(number.power);
    } else if (number.power < 0) {
      digits = digits.padStart(1 - number.power, "0");
      digits = digits.slice(0, number.power) + "." + digits.slice(number.power);
    }
    return (number.digits < 0n ? "-" : "") + digits;
  }

  function aligned(left, right) {
    var power = Math.min(left.power, right.power);
    return {
      left: left.digits * tenTo(left.power - power),
      right: right.digits * tenTo(right.power - power),
      power: power
    };
  }

  function orderOfNumbers(left, right) {
    var pair = aligned(left, right);
    return pair.left < pair.right ? -1 : pair.left > pair.right ? 1 : 0;
  }

  function whole(number) {
    return { digits: BigInt(number), power: 0 };
  }

  function isNumber(value) {
    return value !== UNKNOWN && typeof value.digits === "bigint";
  }

  function asWhole(number) {
    // The whole number as BigInt, or null.
    if (number.power >= 0) {
      return number.digits * tenTo(number.power);
    }
    var step = tenTo(-number.power);
    return number.digits % step === 0n ? number.digits / step : null;
  }

  var ARITHMETIC = {
    "+": function (left, right) {
      var pair = aligned(left, right);
      return fit(pair.left + pair.right, pair.power);
    },
    "-": function (left, right) {
      var pair = aligned(left, right);
      return fit(pair.left - pair.right, pair.power);
    },
    "*": function (left, right) {
      return fit(left.digits * right.digits, left.power + right.power);
    },
    "/": function (left, right) {
      if (right.digits === 0n) {
        return UNKNOWN;
      }
      // Two digits more than are kept: what is cut off cannot change how the last one is rounded.
      var shift = Math.max(0, DIGITS + 2 - length(left.digits) + length(right.digits));
      return fit((left.digits * tenTo(shift)) / right.digits, left.power - right.power - shift);
    }
  };

  function floor(number) {
    if (number.power >= 0) {
      return number;
    }
    var step = tenTo(-number.power);
    var down = number.digits / step;
    return { digits: number.digits % step < 0n ? down - 1n : down, power: 0 };
  }

  function rounded(number, places) {
    var decimals = places === undefined ? 0 : Number(asWhole(places));
    var shift = number.power + decimals;
    var digits = shift >= 0 ? number.digits * tenTo(shift) : divideRounded(number.digits, tenTo(-shift));
    return length(digits) > DIGITS ? UNKNOWN : { digits: digits, power: -decimals };
  }

  // Dates: {low, high} in days, with the text they came from; times are texts of one length

  function isLeap(year) {
    return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  }

  function monthLength(year, month) {
    return month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].indexOf(month) >= 0 ? 30 : 31;
  }

  function dayNumber(year, month, day) {
    // Days in the proleptic Gregorian calendar; the year is taken to start in March, so that 29 February is its last.
    var y = month > 2 ? year : year - 1;
    var m = month > 2 ? month - 3 : month + 9;
    return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + Math.floor((153 * m + 2) / 5) + day;
  }

  function parts(number) {
    var year = Math.floor(number / 365.2425) + 1;
    while (dayNumber(year, 1, 1) > number) {
      year -= 1;
    }
    var month = 12;
    while (dayNumber(year, month, 1) > number) {
      month -= 1;
    }
    return { year: year, month: month, day: number - dayNumber(year, month, 1) + 1 };
  }

  function pad(number, width) {
    return String(number).padStart(width, "0");
  }

  function makeDate(year, month, day) {
    if (year < FIRST_YEAR || year > LAST_YEAR) {
      return UNKNOWN;
    }
    if (month === undefined) {
      return { low: dayNumber(year, 1, 1), high: dayNumber(year, 12, 31), text: pad(year, 4) };
    }
    if (month < 1 || month > 12) {
      return UNKNOWN;
    }
    var text = pad(year, 4) + "-" + pad(month, 2);
    if (day === undefined) {
      return { low: dayNumber(year, month, 1), high: dayNumber(year, month, monthLength(year, month)), text: text };
    }
    if (day < 1 || day > monthLength(year, month)) {
      return UNKNOWN;
    }
    var number = dayNumber(year, month, day);
    return { low: number, high: number, text: text + "-" + pad(day, 2) };
  }

  function readDate(text) {
    var match = typeof text === "string" && /^([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?$/.exec(text);
    if (!match) {
      return UNKNOWN;
    }
    return makeDate(
      Number(match[1]),
      match[2] === undefined ? undefined : Number(match[2]),
      match[3] === undefined ? undefined : Number(match[3])
    );
  }

  function isDay(value) {
    return value !== UNKNOWN && value.text !== undefined && value.low === value.high;
  }

  function readTime(text) {
    var match =
      typeof text === "string" && /^([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:\.([0-9]{1,6}))?)?$/.exec(text);
    if (!match) {
      return UNKNOWN;
    }
    return { time: match[1] + match[2] + (match[3] || "00") + (match[4] || "").padEnd(6, "0"), text: text };
  }

  function monthsFrom(start, end) {
    if (end < start) {
      return -monthsFrom(end, start);
    }
    var from = parts(start);
    var to = parts(end);
    return (to.year - from.year) * 12 + to.month - from.month - (to.day < from.day ? 1 : 0);
  }

  function spread(reckon) {
    return function (start, end) {
      if (start === UNKNOWN || end === UNKNOWN) {
        return UNKNOWN;
      }
      var low = reckon(start.high, end.low);
      var high = reckon(start.low, end.high);
      return low === high ? whole(low) : { low: whole(low), high: whole(high) };
    };
  }

  function shift(move) {
    return function (day, number) {
      if (!isDay(day) || !isNumber(number) || orderOfNumbers(absolute(number), whole(MAX_SHIFT)) > 0) {
        return UNKNOWN;
      }
      var count = asWhole(number);
      return count === null ? UNKNOWN : move(day.low, Number(count));
    };
  }

  function addDays(day, count) {
    var moved = day + count;
    if (moved < dayNumber(FIRST_YEAR, 1, 1) || moved > dayNumber(LAST_YEAR, 12, 31)) {
      return UNKNOWN;
    }
    var to = parts(moved);
    return makeDate(to.year, to.month, to.day);
  }

  function addMonths(day, count) {
    var from = parts(day);
    var months = from.year * 12 + from.month - 1 + count;
    var year = Math.floor(months / 12);
    var month = months - year * 12 + 1;
    return makeDate(year, month, Math.min(from.day, monthLength(year, month)));
  }

  // Comparing

  function limits(value) {
    return value.low === undefined ? { low: value, high: value } : value;
  }

  function order(left, right) {
    return typeof left === "number" ? left - right : orderOfNumbers(left, right);
  }

  function equal(left, right) {
    var one = limits(left);
    var other = limits(right);
    if (order(one.high, other.low) < 0 || order(other.high, one.low) < 0) {
      return false;
    }
    return order(one.low, one.high) === 0 && order(other.low, other.high) === 0 ? true : UNKNOWN;
  }

  function below(left, right) {
    var one = limits(left);
    var other = limits(right);
    if (order(one.high, other.low) < 0) {
      return true;
    }
    return order(one.low, other.high) >= 0 ? false : UNKNOWN;
  }

  function opposite(answer) {
    return answer === UNKNOWN ? UNKNOWN : !answer;
  }

  function compare(sign, left, right) {
    if (left === UNKNOWN || right === UNKNOWN) {
      return UNKNOWN;
    }
    if (typeof left !== "object") {
      return sign === "==" ? left === right : left !== right;
    }
    if (left.time !== undefined) {
      left = { low: Number(left.time), high: Number(left.time) };
      right = { low: Number(right.time), high: Number(right.time) };
    }
    switch (sign) {
      case "==":
        return equal(left, right);
      case "!=":
        return opposite(equal(left, right));
      case "<":
        return below(left, right);
      case "<=":
        return opposite(below(right, left));
      case ">":
        return below(right, left);
      default:
        return opposite(below(left, right));
    }
  }

  function joined(answers, decides) {
    if (answers.indexOf(decides) >= 0) {
      return decides;
    }
    return answers.indexOf(UNKNOWN) >= 0 ? UNKNOWN : !decides;
  }

  function isKnown(value) {
    // There is an answer: `<20` and a partial date were entered, so they are not missing.
    return value !== UNKNOWN;
  }

  function isDefinite(value) {
    // One value that can be an answer. A partial date counts; limits of a number do not.
    return value !== UNKNOWN && !(value.low !== undefined && value.text === undefined);
  }

  // Functions

  function one(change) {
    return function (value, extra) {
      return isNumber(value) ? change(value, extra) : UNKNOWN;
    };
  }

  function absolute(number) {
    return fit(size(number.digits), number.power);
  }

  function extreme(sign) {
    return function () {
      var values = Array.prototype.slice.call(arguments);
      var definite = values.every(function (value) {
        return isNumber(value) || isDay(value);
      });
      return definite
        ? values.reduce(function (best, value) {
            return compare(sign, value, best) ? value : best;
          })
        : UNKNOWN;
    };
  }

  var FUNCTIONS = {
    is_missing: function (value) {
      return !isKnown(value);
    },
    is_known: isKnown,
    days_between: spread(function (start, end) {
      return end - start;
    }),
    weeks_between: spread(function (start, end) {
      return Math.trunc((end - start) / 7);
    }),
    months_between: spread(monthsFrom),
    years_between: spread(function (start, end) {
      return Math.trunc(monthsFrom(start, end) / 12);
    }),
    add_days: shift(addDays),
    add_months: shift(addMonths),
    min: extreme("<"),
    max: extreme(">"),
    abs: one(absolute),
    floor: one(floor),
    round: one(rounded),
    count_true: function () {
      var answers = Array.prototype.slice.call(arguments);
      var yes = answers.filter(function (answer) {
        return answer === true;
      }).length;
      var open = answers.filter(function (answer) {
        return answer === UNKNOWN;
      }).length;
      return open ? { low: whole(yes), high: whole(yes + open) } : whole(yes);
    },
    any_of: function () {
      return joined(Array.prototype.slice.call(arguments), true);
    },
    all_of: function () {
      return joined(Array.prototype.slice.call(arguments), false);
    },
    contains: function (codes, code) {
      return codes === UNKNOWN || code === UNKNOWN ? UNKNOWN : codes.indexOf(code) >= 0;
    },
    coalesce: function () {
      var found = Array.prototype.slice.call(arguments).filter(isKnown);
      return found.length ? found[0] : UNKNOWN;
    }
  };

  // The tree

  function read(type, value) {
    if (value === null || value === undefined) {
      return UNKNOWN;
    }
    switch (type) {
      case "number":
        if (typeof value === "object") {
          return readLimits(value);
        }
        return readNumber(value);
      case "date":
        return readDate(value);
      case "time":
        return readTime(value);
      case "bool":
        return typeof value === "boolean" ? value : UNKNOWN;
      case "codes":
        return Array.isArray(value) ? value : UNKNOWN;
      default:
        return typeof value === "string" ? value : UNKNOWN;
    }
  }

  function readLimits(value) {
    var low = readNumber(value.low);
    var high = readNumber(value.high);
    if (low === UNKNOWN || high === UNKNOWN) {
      return UNKNOWN;
    }
    return orderOfNumbers(low, high) === 0 ? low : { low: low, high: high };
  }

  function write(value) {
    if (!isDefinite(value)) {
      return UNKNOWN;
    }
    if (isNumber(value)) {
      return writeNumber(value);
    }
    return value.text === undefined ? value : value.text;
  }

  function run(node, values) {
    function each(nodes) {
      return nodes.map(function (part) {
        return run(part, values);
      });
    }
    var left;
    var right;
    switch (node.op) {
      case "value":
        return read(node.type, node.value);
      case "name":
        return read(node.type, Object.prototype.hasOwnProperty.call(values, node.name) ? values[node.name] : null);
      case "not":
        return opposite(run(node.part, values));
      case "negative":
        left = run(node.part, values);
        return isNumber(left) ? fit(-left.digits, left.power) : UNKNOWN;
      case "and":
        return joined(each(node.parts), false);
      case "or":
        return joined(each(node.parts), true);
      case "compare":
        var operands = each(node.operands);
        return joined(
          node.signs.map(function (sign, place) {
            return compare(sign, operands[place], operands[place + 1]);
          }),
          false
        );
      case "in":
        left = run(node.item, values);
        right = joined(
          each(node.options).map(function (option) {
            return compare("==", left, option);
          }),
          true
        );
        return node.negated ? opposite(right) : right;
      case "+":
      case "-":
      case "*":
      case "/":
        left = run(node.left, values);
        right = run(node.right, values);
        return isNumber(left) && isNumber(right) ? ARITHMETIC[node.op](left, right) : UNKNOWN;
      case "if":
        left = run(node.test, values);
        return left === UNKNOWN ? UNKNOWN : run(left ? node.then : node.otherwise, values);
      case "call":
        if (!Object.prototype.hasOwnProperty.call(FUNCTIONS, node.function)) {
          throw new Error("This page does not know the function " + node.function + ".");
        }
        return FUNCTIONS[node.function].apply(null, each(node.arguments));
      default:
        throw new Error("This page does not know the rule part " + node.op + ".");
    }
  }

  // What a person typed

  function month(name) {
    var place = MONTHS.indexOf(name);
    return (place >= 0 ? place : name === "sept" ? 8 : MONTH_NAMES.indexOf(name)) + 1;
  }

  function typedDate(typed) {
    var text = typed.toLowerCase();
    var match = /^([0-9]{4})-([0-9]{2}|unk?)(?:-([0-9]{2}|unk?))?$/.exec(text);
    var year;
    var named;
    var day;
    if (/^[0-9]{4}$/.test(text)) {
      return makeDate(Number(text));
    }
    if (match) {
      year = Number(match[1]);
      named = /^u/.test(match[2]) ? undefined : Number(match[2]);
      day = match[3] === undefined || /^u/.test(match[3]) ? undefined : Number(match[3]);
    } else {
      match = /^(?:([0-9]{1,2}|unk?)[ -]+)?([a-z]+)[ -]+([0-9]{4})$/.exec(text);
      if (!match) {
        return UNKNOWN;
      }
      year = Number(match[3]);
      named = /^unk?$/.test(match[2]) ? undefined : month(match[2]);
      day = match[1] === undefined || /^u/.test(match[1]) ? undefined : Number(match[1]);
    }
    return named === undefined && day !== undefined ? UNKNOWN : makeDate(year, named, day);
  }

  function value(type, typed) {
    var text = typeof typed === "string" ? typed.replace(/^ +| +$/g, "") : typed;
    if (text === "" || text === null || text === undefined) {
      return null;
    }
    if (type === "number") {
      return /^-?[0-9]+(\.[0-9]+)?$/.test(text) && readNumber(text) !== UNKNOWN ? text : null;
    }
    if (type === "date") {
      var found = typedDate(text);
      return found === UNKNOWN ? null : found.text;
    }
    if (type === "time") {
      return /^[0-9]{2}:[0-9]{2}$/.test(text) && readTime(text) !== UNKNOWN ? text : null;
    }
    return text;
  }

  window.edcRules = {
    evaluate: function (tree, values) {
      return write(run(tree, values));
    },
    value: value
  };
})();
