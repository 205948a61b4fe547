/** The mail catcher's page: the list on the left, the chosen mail on the right. The mail's own HTML stands in a frame without scripts. */
export const mailPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Caught mail</title>
<style>
:root{color-scheme:light dark;--line:#dfe3e8;--soft:#667085;--pick:#e7f0ff;--page:#fff}
@media(prefers-color-scheme:dark){:root{--line:#343b46;--soft:#a2abb8;--pick:#24324a;--page:#14171c}}
*{box-sizing:border-box}body{margin:0;height:100vh;display:grid;grid-template:auto 1fr/minmax(260px,360px) 1fr;font:15px/1.45 system-ui,sans-serif;background:var(--page)}
header{grid-column:1/-1;display:flex;gap:12px;align-items:center;padding:10px 16px;border-bottom:1px solid var(--line)}h1{font-size:17px;margin:0;flex:1}
ul{list-style:none;margin:0;padding:0;overflow:auto;border-right:1px solid var(--line)}li button{all:unset;display:block;box-sizing:border-box;width:100%;padding:10px 16px;border-bottom:1px solid var(--line);cursor:pointer}
li button[aria-current=true]{background:var(--pick)}li button:focus-visible{outline:2px solid #2f6fed;outline-offset:-2px}li small,#empty{color:var(--soft)}
main{display:flex;flex-direction:column;min-width:0}iframe{flex:1;border:0;width:100%;background:#fff}pre{white-space:pre-wrap;padding:16px;margin:0;overflow:auto}#empty{padding:24px}
@media(max-width:640px){body{grid-template:auto 40vh 1fr/1fr}ul{border-right:0;border-bottom:1px solid var(--line)}}
</style></head><body><header><h1>Caught mail <small id="count"></small></h1><button id="clear">Delete all</button></header>
<ul id="list" aria-label="Mails"></ul><main id="mail"><p id="empty">No mail chosen.</p></main>
<script>
let chosen=0,known='';const list=document.getElementById('list'),mail=document.getElementById('mail');
async function refresh(){const mails=await (await fetch('/api/messages')).json();const state=JSON.stringify(mails.map(m=>m.id).slice(0,200));document.getElementById('count').textContent='('+mails.length+')';
if(state===known)return;known=state;list.replaceChildren(...mails.slice(0,200).map(m=>{const li=document.createElement('li'),b=document.createElement('button'),s=document.createElement('small');b.textContent=m.subject;s.textContent=m.to+' · '+new Date(m.receivedAt).toLocaleTimeString();b.append(document.createElement('br'),s);b.setAttribute('aria-current',m.id===chosen);b.onclick=()=>show(m.id);li.append(b);return li}))}
async function show(id){chosen=id;known='';const m=await (await fetch('/api/messages/'+id)).json();const frame=document.createElement('iframe');frame.setAttribute('sandbox','');frame.title=m.subject;frame.srcdoc=m.html;const pre=document.createElement('pre');pre.textContent=m.text;mail.replaceChildren(m.html?frame:pre);refresh()}
document.getElementById('clear').onclick=async()=>{await fetch('/api/messages',{method:'DELETE'});mail.replaceChildren();refresh()};
refresh();setInterval(refresh,2000)
</script></body></html>`
