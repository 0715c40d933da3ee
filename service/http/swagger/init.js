"use strict";

// The document says where clients reach the service. This page asks wherever it came from itself: nothing else is allowed
// to it, and an operator may look at it by another address, such as that of a tunnel.
const here = new URL(".", document.baseURI).href.slice(0, -1);
const told = document.querySelector('meta[name="public-root"]').content;

function askHere(request) {
  if (request.url.startsWith(`${told}/`)) {
    request.url = here + request.url.slice(told.length);
  }
  return request;
}

const ui = SwaggerUIBundle({
  url: `${here}/openapi.json`,
  dom_id: "#swagger-ui",
  oauth2RedirectUrl: `${here}/docs/oauth2-redirect.html`,
  requestInterceptor: askHere,
  validatorUrl: null,
  queryConfigEnabled: false,
  persistAuthorization: false,
  deepLinking: true,
  filter: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  requestSnippetsEnabled: true,
  plugins: PactaPlugins,
});

ui.initOAuth({ usePkceWithAuthorizationCodeGrant: true });
