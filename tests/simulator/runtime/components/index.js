import { button } from './button.js';
import { camera } from './camera.js';
import { canvas } from './canvas.js';
import { checkbox, checkboxGroup, radio, radioGroup } from './choice.js';
import { icon } from './icon.js';
import { coverImage, image } from './image.js';
import { input } from './input.js';
import { label } from './label.js';
import { navigator } from './navigator.js';
import { pageContainer } from './page-container.js';
import { pageMeta } from './page-meta.js';
import { picker } from './picker.js';
import { progress } from './progress.js';
import { scrollView } from './scroll-view.js';
import { slider } from './slider.js';
import { swiper, swiperItem } from './swiper.js';
import { switchComponent } from './switch.js';
import { text } from './text.js';
import { textarea } from './textarea.js';
import { coverView, view } from './view.js';

/** @type {Map<string, import('./common.js').BuiltIn>} every component that needs no `usingComponents` */
export const builtIns = new Map(
  [
    button,
    camera,
    canvas,
    checkbox,
    checkboxGroup,
    coverImage,
    coverView,
    icon,
    image,
    input,
    label,
    navigator,
    pageContainer,
    pageMeta,
    picker,
    progress,
    radio,
    radioGroup,
    scrollView,
    slider,
    swiper,
    swiperItem,
    switchComponent,
    text,
    textarea,
    view,
  ].map((component) => [component.tag, component]),
);
