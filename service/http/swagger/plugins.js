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

window.PactaPlugins = [FindByWords, WithoutToken, FoldedRefusals];

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const dress = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", dress);
dress();
