"use strict";

// All addresses begin where this page does: a proxy may have put a path before ours.

const ui = SwaggerUIBundle({
  url: new URL("openapi.json", document.baseURI).href,
  dom_id: "#swagger-ui",
  oauth2RedirectUrl: new URL("docs/oauth2-redirect.html", document.baseURI).href,
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
});

ui.initOAuth({ usePkceWithAuthorizationCodeGrant: true });
