"use strict";

// An emptied field is sent as "name="; to the service, and in the shown snippets, it means that the field is absent.
function withoutEmptyQueryValues(request) {
  const [address, query] = request.url.split(/\?(.*)/s);
  if (query === undefined) return request;
  const kept = query.split("&").filter((pair) => pair.indexOf("=") !== pair.length - 1);
  request.url = kept.length > 0 ? `${address}?${kept.join("&")}` : address;
  return request;
}

const ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  oauth2RedirectUrl: `${window.location.origin}/docs/oauth2-redirect.html`,
  validatorUrl: null,
  queryConfigEnabled: false,
  persistAuthorization: false,
  deepLinking: true,
  filter: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  requestSnippetsEnabled: true,
  requestInterceptor: withoutEmptyQueryValues,
});

ui.initOAuth({ usePkceWithAuthorizationCodeGrant: true });
