// The server's address, as code and for phones.
import { at, say } from "./dom.js";
import { onLanguage, text } from "./language.js";

const { auth, phone } = document.documentElement.dataset;
// With the path under which a proxy may serve the page; without its last slash, as an address is written.
const own = new URL(".", location.href).href.replace(/\/$/, "");
const secret = { key: "Bearer YOUR_KEY", wechat: "Bearer YOUR_TOKEN" }[auth];

const SHOWN_MS = 3000;

const CODE = {
  curl: `curl -F image=@photo.jpg${secret ? ` -H "Authorization: ${secret}"` : ""} "${own}/predict"`,
  python: `import json, urllib.request

url = "${own}/predict"
photo = open("photo.jpg", "rb").read()
headers = {"Content-Type": "image/jpeg"${secret ? `, "Authorization": "${secret}"` : ""}}
request = urllib.request.Request(url, photo, headers)
print(json.load(urllib.request.urlopen(request)))`,
  wx: `wx.chooseMedia({
  count: 1,
  mediaType: ['image'],
  success: ({ tempFiles }) =>
    wx.uploadFile({
      url: '${own}/predict',
      filePath: tempFiles[0].tempFilePath,
      name: 'image',${secret ? `\n      header: { Authorization: '${secret}' },` : ""}
      success: ({ data }) => console.log(JSON.parse(data)),
    }),
})`,
};

/** Copies an element's text: by selecting it, as browsers have a clipboard API for HTTPS only. */
export function copy(source, pressed) {
  getSelection().selectAllChildren(source);
  const done = document.execCommand("copy") ? text().copied : text().copyFailed;
  pressed.textContent = done;
  say(done);
  setTimeout(() => (pressed.textContent = text().copy), SHOWN_MS);
}

function drawCode() {
  at("code").textContent = CODE[at("languages").querySelector(":checked").value];
  at("copy").textContent = text().copy;
}

function drawPhone() {
  // A proxy may hide the path or the scheme of its own address from the server.
  const isPartial = phone && phone !== own && new URL(phone).host === location.host;
  const isKnown = phone && !isPartial;
  const image = at("code-for-phones");
  image.hidden = !isKnown;
  if (isKnown) image.src = "phone.svg";
  image.alt = isKnown ? text().codeOf(phone) : "";
  at("phone-line").textContent = isKnown ? text().scan : isPartial ? text().setPublicUrl(own) : text().setHost;
  at("phone-url").textContent = isKnown ? phone : "";
}

at("languages").addEventListener("change", drawCode);
at("copy").addEventListener("click", () => copy(at("code"), at("copy")));
at("address").textContent = own;
onLanguage(() => {
  drawCode();
  drawPhone();
});
