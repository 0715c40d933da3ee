"use strict";

// What this page does beyond Swagger UI's own: each is a plugin by its published interface.

// Operations are found by the words of their summary, description, address and name.
const FindByWords = () => ({
  fn: {
    opsFilter: (tagged, phrase) => {
      const words = phrase.toLowerCase().split(/\s+/).filter(Boolean);
      const told = (tag, one) => [
        tag, one.get("path"), one.get("method"),
        ...["summary", "description", "operationId"].map((member) => one.getIn(["operation", member]) ?? ""),
      ].join(" ").toLowerCase();
      return tagged
        .map((group, tag) => group.update("operations", (all) => all.filter((one) => {
          const text = told(tag, one);
          return words.every((word) => text.includes(word));
        })))
        .filter((group) => group.get("operations").size > 0);
    },
  },
});

// What is copied to a colleague has no token in it.
const WithoutToken = (system) => {
  const hide = (make) => (request) => make(request.update("headers", (headers) => headers?.map(
    (value, name) => name.toLowerCase() === "authorization" ? "Bearer YOUR-TOKEN" : value)));
  const made = {};
  for (const name of ["curl_bash", "curl_cmd", "curl_powershell"].map((one) => `requestSnippetGenerator_${one}`)) {
    if (system.fn[name]) {
      made[name] = hide(system.fn[name]);
    }
  }
  return { fn: made };
};

// A refusal that may come is one line, and opens; what did come is shown as it is.
const FoldedRefusals = () => ({
  wrapComponents: {
    response: (Original, { React }) => function Folded(props) {
      const [isOpen, open] = React.useState(false);
      if (isOpen || Number(props.code) < 400 || !Number(props.code)) {
        return React.createElement(Original, props);
      }
      const said = props.response.get("description");
      const button = React.createElement("button", { type: "button", className: "refusal", onClick: () => open(true) }, said);
      return React.createElement("tr", { className: "response" },
        React.createElement("td", { className: "response-col_status" }, props.code),
        React.createElement("td", { className: "response-col_description", colSpan: 2 }, button));
    },
  },
});

// Swagger UI resolves the whole document, three times over, for each operation that is opened. It is given what was asked for and what
// that refers to, by others too, and nothing else.
const WhatIsAsked = (system) => {
  const resolve = system.fn.resolveSubtree;
  // An answer may hold any of dozens of kinds of evidence: they are told by name, and each stands among the schemas below.
  const told = (name, schema) => schema.discriminator && name.startsWith("Known")
    ? { type: "object", title: name, description: `One of these, which stand among the schemas below: ${
      schema.oneOf.map((one) => one.$ref.split("/").pop()).join(", ")}. ${schema.description}` }
    : schema;
  const reached = (asked, components) => {
    const found = {};
    const waiting = [asked];
    while (waiting.length) {
      const value = waiting.pop();
      if (value !== null && typeof value === "object") {
        waiting.push(...Object.values(value));
      } else if (typeof value === "string" && value.startsWith("#/components/")) {
        const [kind, name] = value.split("/").slice(2);
        if (components[kind]?.[name] !== undefined && found[kind]?.[name] === undefined) {
          const named = told(name, components[kind][name]);
          found[kind] = { ...found[kind], [name]: named };
          waiting.push(named);
        }
      }
    }
    return found;
  };
  const resolveSubtree = (whole, path, options) => {
    const [part, name, member] = path;
    const held = whole[part]?.[name];
    if (held === undefined) {
      return resolve(whole, path, options);
    }
    const asked = { [name]: member === undefined ? held : { [member]: held[member] } };
    const small = { ...whole, paths: {}, components: reached(asked, whole.components) };
    small[part] = { ...small[part], ...asked };
    return resolve(small, path, options);
  };
  return { fn: { resolveSubtree } };
};

// What becomes of one operation does not draw the hundred closed ones anew.
const OnlyWhatIsOpen = () => ({
  wrapComponents: {
    operation: (Original, { React }) => React.memo(Original, (before, after) => {
      const drawn = ["isShown", "isAuthorized", "summary", "path", "method"];
      return !after.operation.get("isShown")
        && drawn.every((member) => before.operation.get(member) === after.operation.get(member));
    }),
  },
});

window.PactaPlugins = [FindByWords, WithoutToken, FoldedRefusals, WhatIsAsked, OnlyWhatIsOpen];

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const dress = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", dress);
dress();
